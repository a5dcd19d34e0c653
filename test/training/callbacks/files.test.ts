// The callbacks that write: checkpoints under Keras' names, and lines of numbers.
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/core/errors.ts';
import { csvLogger } from '../../../src/training/callbacks/csv_logger.ts';
import { fileName } from '../../../src/training/callbacks/file_name.ts';
import { memoryStore } from '../../../src/training/callbacks/memory_store.ts';
import { modelCheckpoint } from '../../../src/training/callbacks/model_checkpoint.ts';
import { train, valuesOf } from './fake_training.ts';

describe('modelCheckpoint', () => {
  test('saves each epoch under a name with its numbers', async () => {
    const store = memoryStore();
    const filepath = 'model.{epoch:02d}-{val_loss:.2f}.safetensors';
    const checkpoint = modelCheckpoint({ store, filepath });
    await train(checkpoint, valuesOf('val_loss', [3, 1.239]));
    expect([...store.files.keys()]).toEqual(['model.01-3.00.safetensors', 'model.02-1.24.safetensors']);
    expect(store.text('model.02-1.24.safetensors')).toBe('weight 2');
    expect(checkpoint.saved).toBe('model.02-1.24.safetensors');
  });

  test('saves only the best, and what the first has to beat can be given', async () => {
    const store = memoryStore();
    const best = modelCheckpoint({ store, saveBestOnly: true });
    await train(best, valuesOf('val_loss', [3, 1, 2, 1]));
    expect(store.text('model.safetensors')).toBe('weight 2');
    expect(best.best).toBe(1);
    const options = { store, monitor: 'val_accuracy', saveBestOnly: true, initialValueThreshold: 0.5 };
    const filepath = '{epoch}';
    await train(modelCheckpoint({ ...options, filepath }), valuesOf('val_accuracy', [0.4, 0.6, 0.55, 0.7]));
    expect([...store.files.keys()]).toEqual(['model.safetensors', '2', '4']);
  });

  test('saves after so many batches, counted through the epochs', async () => {
    const store = memoryStore();
    await train(
      modelCheckpoint({ store, filepath: '{epoch}-{batch}', saveFreq: 4 }),
      valuesOf('accuracy', [1, 1, 1, 1]),
      { batches: 3 },
    );
    expect([...store.files.keys()]).toEqual(['2-1', '3-2', '4-3']);
  });

  test('options are checked', async () => {
    expect(() => modelCheckpoint({ store: 'runs' as never })).toThrow(
      /store\] takes a store such as folder.*"runs"/,
    );
    expect(() => modelCheckpoint({ store: memoryStore(), saveFreq: 0 })).toThrow(
      /saveFreq\] must be an integer from 1 on/,
    );
    const store = memoryStore();
    expect(() => modelCheckpoint({ store, filepath: '{epoch:x}' })).toThrow(
      '[modelCheckpoint/filepath] cannot write {epoch:x}',
    );
    expect(() => modelCheckpoint({ store, filepath: '{epoch}-{batch}' })).toThrow(
      /has \{batch\}, which files of whole epochs have not/,
    );
    expect(() => modelCheckpoint({ store, filepath: '{val_loss}', saveFreq: 2 })).toThrow(
      /saveFreq\] of 2 batches has no val_loss/,
    );
    expect(() => modelCheckpoint({ store, saveBestOnly: true, saveFreq: 2 })).toThrow(/has no val_loss/);
    const unknown = modelCheckpoint({ store: memoryStore(), filepath: '{val_acc}' });
    await expect(train(unknown, [{ loss: 1 }])).rejects.toThrow(
      '[modelCheckpoint/filepath] there is no val_acc to put into {val_acc}; there are epoch, loss',
    );
    for (const options of [{ saveBestOnly: true }, { filepath: '{val_loss:.2f}' }]) {
      const rounds: number[] = [];
      const count = { onBatchEnd: (batch: number) => void rounds.push(batch) };
      const needs = train([count, modelCheckpoint({ store, ...options })], [{ loss: 1 }], {
        validates: false,
      });
      await expect(needs).rejects.toThrow('[modelCheckpoint] needs val_loss, which no epoch will have');
      expect(rounds).toEqual([]);
    }
  });
});

test.each([
  ['{epoch}', '7'],
  ['{epoch:03d}', '007'],
  ['{epoch:3d}', '  7'],
  ['{loss}', '0.123456'],
  ['{loss:.3f}', '0.123'],
  ['{loss:08.3f}', '0000.123'],
  ['{loss:.2e}', '1.23e-01'],
  ['{loss:.3}', '0.123'],
  ['{loss:.3g}', '0.123'],
  ['{low:06.1f}', '-002.5'],
  ['{{epoch}}', '{epoch}'],
])('the name %s becomes %s', (pattern, name) => {
  expect(fileName('test', pattern, { epoch: 7, loss: 0.123456, low: -2.5 })).toBe(name);
});

test('a format that is not known is refused', () => {
  expect(() => fileName('test', '{epoch:>3}', { epoch: 7 })).toThrow(/cannot write \{epoch:>3\}/);
});

describe('csvLogger', () => {
  const logs = [
    { loss: 0.5, accuracy: 0.25, val_loss: 0.75, val_accuracy: 1 / 3 },
    { loss: 0.25, accuracy: 0.5 },
  ];

  test('writes names in order, all digits, and NA where a number is missing', async () => {
    const store = memoryStore();
    await train(csvLogger({ store, filename: 'log.csv' }), logs);
    expect(store.text('log.csv')).toBe(
      'epoch,accuracy,loss,val_accuracy,val_loss\n0,0.25,0.5,0.3333333333333333,0.75\n1,0.5,0.25,NA,NA\n',
    );
  });

  test('has columns for a validation that comes later', async () => {
    const store = memoryStore();
    await train(csvLogger({ store, separator: ';' }), [...logs].reverse());
    expect(store.text('training.csv').split('\n')[1]).toBe('0;0.5;0.25;NA;NA');
    expect(store.text('training.csv').split('\n')[2]).toBe('1;0.25;0.5;0.3333333333333333;0.75');
  });

  test('goes on in a file that is there, in its columns, or replaces it', async () => {
    const store = memoryStore();
    await store.write('training.csv', 'epoch,val_loss,"odd,name",loss\n0,1,2,3\n');
    await train(csvLogger({ store, append: true }), [{ loss: 4, val_loss: 5, 'odd,name': 6 }]);
    expect(store.text('training.csv')).toBe('epoch,val_loss,"odd,name",loss\n0,1,2,3\n0,5,6,4\n');
    await train(csvLogger({ store }), [{ loss: 4, val_loss: 5 }]);
    expect(store.text('training.csv')).toBe('epoch,loss,val_loss\n0,4,5\n');
    await train(csvLogger({ store, filename: 'new.csv', append: true }), [{ loss: 4, val_loss: 5 }]);
    expect(store.text('new.csv')).toBe('epoch,loss,val_loss\n0,4,5\n');
  });

  test('does not write into what is no log', async () => {
    const store = memoryStore();
    await store.write('training.csv', 'date,price\n');
    await expect(train(csvLogger({ store, append: true }), logs)).rejects.toThrow(DataError);
    expect(store.text('training.csv')).toBe('date,price\n');
  });
});

test('a memory store keeps copies', async () => {
  const store = memoryStore();
  const bytes = Uint8Array.of(1);
  await store.write('a', bytes);
  bytes[0] = 2;
  (await store.read('a'))[0] = 3;
  expect([...(await store.read('a'))]).toEqual([1]);
  await expect(store.read('b')).rejects.toThrow('there is no file b; there are a');
});
