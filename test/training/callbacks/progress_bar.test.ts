// What the bar draws, how often it asks the device, and that no line is wider than the terminal.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Callback, Logs, Training } from '../../../src/training/callback.ts';
import { progressBar } from '../../../src/training/callbacks/progress_bar.ts';
import { train } from './fake_training.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function written(options: Parameters<typeof progressBar>[0]): { bar: Callback; lines: () => string[] } {
  const parts: string[] = [];
  const bar = progressBar({ write: (more) => void parts.push(more), ...options });
  return { bar, lines: () => parts.join('').split('\n') };
}

/** A batch takes 10 ms. */
const slow: Callback = { onBatchBegin: () => void vi.advanceTimersByTime(10) };

test('verbose 2 is a line for each epoch', async () => {
  const { bar, lines } = written({ verbose: 2 });
  await train(
    [slow, bar],
    [
      { loss: 0.5, val_accuracy: 0.25 },
      { loss: 0.0001, val_accuracy: 1 },
    ],
    { batches: 200 },
  );
  expect(lines()).toEqual([
    'Epoch 1/2 - 200/200 - 2s 10ms/step - loss: 0.5000 - val_accuracy: 0.2500',
    'Epoch 2/2 - 200/200 - 2s 10ms/step - loss: 1.0000e-4 - val_accuracy: 1.0000',
    '',
  ]);
});

test('on a terminal the line is drawn over, ten times a second at most', async () => {
  const { bar, lines } = written({ verbose: 1, terminal: true, epochs: 7 });
  await train([slow, bar], [{ loss: 0.5 }], { batches: 200 });
  const [head, line] = lines();
  expect(head).toBe('Epoch 1/7');
  const drawings = line.split('\r').slice(1);
  expect(drawings.every((one) => one.endsWith('\u001b[K'))).toBe(true);
  expect(drawings.length).toBe(1 + 20 + 1);
  expect(drawings[0]).toBe(`  0/200 ${'─'.repeat(20)} 0s \u001b[K`);
  expect(drawings[10]).toBe(`100/200 ${'━'.repeat(10)}${'─'.repeat(10)} 1s 10ms/step\u001b[K`);
  expect(drawings.at(-1)).toBe(`200/200 ${'━'.repeat(20)} 2s 10ms/step - loss: 0.5000\u001b[K`);
});

test('asks for the losses once a second, and does not wait for them', async () => {
  const { bar, lines } = written({ verbose: 1, terminal: true });
  let asked = 0;
  let answer = (_: Logs): void => {};
  const training = {
    epochs: 1,
    batches: 1000,
    readLogs: () => {
      asked++;
      return new Promise<Logs>((resolve) => {
        answer = resolve;
      });
    },
  } as unknown as Training;
  await bar.onEpochBegin?.(0, training);
  for (let b = 0; b < 350; b++) {
    vi.advanceTimersByTime(10);
    await bar.onBatchEnd?.(b, training);
  }
  // The first question is open still.
  expect(asked).toBe(1);
  answer({ loss: 0.75 });
  await new Promise((resolve) => setImmediate(resolve));
  for (let b = 350; b < 500; b++) {
    vi.advanceTimersByTime(10);
    await bar.onBatchEnd?.(b, training);
  }
  expect(asked).toBe(2);
  expect(lines().at(-1)).toContain('- loss: 0.7500');
  // The end of the epoch waits for what is under way.
  let ended = false;
  const end = Promise.resolve(bar.onEpochEnd?.(0, { loss: 0.5 }, training)).then(() => {
    ended = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(false);
  answer({ loss: 0.7 });
  await end;
});

test('a dataset of unknown length is counted in its first epoch', async () => {
  const { bar, lines } = written({ verbose: 1, terminal: true });
  await train([slow, bar], [{ loss: 1 }, { loss: 1 }], { known: false });
  expect(lines()[1]).toContain('0/? ');
  expect(lines()[3]).toContain('0/2 ');
});

test('auto shows nothing where there is no terminal, and 0 never', async () => {
  for (const options of [{ terminal: false }, { verbose: 0, terminal: true } as const]) {
    const { bar, lines } = written(options);
    await train(bar, [{ loss: 1 }]);
    expect(lines()).toEqual(['']);
  }
});

test('options are checked', () => {
  expect(() => progressBar({ verbose: 3 as never })).toThrow(
    "[progressBar/verbose] must be 0, 1, 2 or 'auto', got 3",
  );
  expect(() => progressBar({ width: 3 } as never)).toThrow(/no option width/);
});
