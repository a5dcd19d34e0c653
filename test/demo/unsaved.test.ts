// Where a model file comes from, and whether what was learned is kept anywhere.
import { expect, test } from 'vitest';
import { dense, input, sequential, writeSafetensors } from 'webgpu-rnn';
import { originOf } from '../../demo/src/file_origin.ts';
import { heard, isUnsaved, settled } from '../../demo/src/unsaved.ts';

test('a file tells which tab made it; others tell nothing', async () => {
  const saved = async (extras: Record<string, unknown>) => {
    const model = sequential([input({ shape: [1] }), dense({ units: 1 })]);
    model.extras = extras;
    return originOf(await model.save())?.tab;
  };
  expect(await saved({ kind: 'segment' })).toBe('words');
  expect(await saved({ kind: 'add' })).toBe('sums');
  expect(await saved({ task: 'forecast' })).toBe('forecast');
  expect(await saved({ task: 'counting' })).toBe('remember');
  expect(await saved({})).toBeUndefined();
  const file = writeSafetensors(new Map(), { format: 'webgpu-rnn/1', model: '{}' });
  expect(originOf(file)).toEqual({ tab: 'write', words: 'Write' });
  expect(originOf(new TextEncoder().encode('dear reader of all this'))).toBeUndefined();
  expect(originOf(file.subarray(0, 20))).toBeUndefined();
});

test('what is learned after the first weights is unsaved until it is kept, and again when it goes on', () => {
  const states: boolean[] = [];
  const hear = (...bytes: number[]) => {
    heard('write', Uint8Array.from(bytes));
    states.push(isUnsaved());
  };
  hear(0);
  hear(0);
  hear(1);
  settled('write');
  states.push(isUnsaved());
  hear(2);
  hear(2);
  hear(3);
  settled('forecast');
  states.push(isUnsaved());
  expect(states).toEqual([false, false, true, false, false, false, true, true]);
});
