// The job of the tab "Forecast" without a page: the best network is kept with its scaler, is opened, and goes on after a loss.
import { expect, test } from 'vitest';
import { cpu, dense, input, loadModel, sequential } from 'webgpu-rnn';
import { job } from '../../demo/src/tabs/forecast/job.ts';
import type { Curves, Event, RunSettings } from '../../demo/src/tabs/forecast/messages.ts';
import { standard } from '../../demo/src/tabs/forecast/settings.ts';

type Of<T extends Event['type']> = Extract<Event, { type: T }>;

function open(snapshot?: Uint8Array) {
  const events: Event[] = [];
  const made = job({
    backend: cpu(),
    adapter: { device: 'cpu', description: 'CPU', software: true },
    seed: 1,
    snapshot,
    post: (event) => void events.push(event),
    awake: () => performance.now(),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    fail: (error) => {
      throw error;
    },
  });
  const all = <T extends Event['type']>(type: T) =>
    events.filter((event): event is Of<T> => event.type === type);
  return { ...made, all };
}

const settings: RunSettings = {
  ...{ ...standard, window: 8, units: 5, learningRate: 0.02, epochs: 6, runs: 2, patience: 0 },
  ...{ series: 'file', length: 600, file: 'tides.csv', column: 'height' },
  values: Float64Array.from({ length: 120 }, (_, t) => 40 + 9 * Math.sin(t / 3)),
};

test('the network of least validation loss forecasts the same out of its file, by its own scaler', async () => {
  const trained = open();
  await trained.handle({ type: 'train', settings });
  const ran = trained.all('ran');
  expect(ran.map(({ run }) => run)).toEqual([0, 1]);
  const least = Math.min(...ran.map(({ validationLoss }) => validationLoss));
  const best = ran.findLast(({ bytes }) => bytes)!;
  expect(best.validationLoss).toBe(least);

  const again = open();
  await again.handle({ type: 'open', bytes: best.bytes! });
  const [{ note }] = again.all('opened');
  expect(note).toMatchObject({ file: 'tides.csv', column: 'height', window: 8, run: best.run, epoch: 6 });
  expect(note.scaler!.center![0]).toBeCloseTo(40, 0);
  await again.handle({ type: 'preview', settings: { ...settings, units: 99 } });
  const final = trained.all('forecast').find(({ run, final: last }) => last && run === best.run)!;
  expect(again.all('forecast')[0].error).toBeCloseTo(final.error, 5);
  // A series that is shorter and elsewhere is scaled as the one that it learned.
  const later = { ...settings, values: settings.values!.slice(40).map((value) => value + 2) };
  await again.handle({ type: 'preview', settings: later });
  expect(again.all('forecast')).toHaveLength(2);
  expect(again.all('task')[1].series[0]).toBeCloseTo(later.values[0]);
  // Windows of another length are for another network.
  await again.handle({ type: 'preview', settings: { ...settings, window: 9 } });
  expect(again.all('forecast')).toHaveLength(2);
  for (const one of [trained, again]) one.dispose();
});

test('after a loss the run in hand goes on from its snapshot, and the runs before it count', async () => {
  const first = open();
  const whole = first.handle({ type: 'train', settings });
  while (!first.all('epoch').some(({ run, epoch }) => run === 1 && epoch === 2)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const snapshot = await first.snapshot!();
  await whole;
  const { run, epoch } = loadModel(snapshot!).extras as { run: number; epoch: number };
  expect([run, epoch >= 3]).toEqual([1, true]);
  const curves: Curves[] = [0, 1].map((of) => {
    const events = first.all('epoch').filter((event) => event.run === of);
    return { loss: events.map(({ loss }) => loss), val_loss: events.map((event) => event.validationLoss) };
  });

  const second = open(snapshot);
  const best = first.all('ran')[0].validationLoss;
  await second.handle({ type: 'train', settings, soFar: { done: 1, curves, best, paused: false } });
  expect(second.all('task')[0].goesOn).toBe(true);
  const epochs = second.all('epoch');
  expect(epochs.map((event) => [event.run, event.epoch])).toEqual(
    Array.from({ length: 6 - epoch }, (_, i) => [1, epoch + i]),
  );
  expect(epochs.at(-1)!.loss).toBeLessThan(curves[1].loss[0]);
  expect(second.all('verdict').at(-1)!.reasons[0]).toContain('2 runs');
  for (const one of [first, second]) one.dispose();
});

test('a model of another tab is refused in plain words', async () => {
  const other = sequential([input({ shape: [1] }), dense({ units: 1 })]);
  other.runtime.useBackend(cpu());
  const { snapshot, handle, dispose } = open();
  await expect(handle({ type: 'open', bytes: await other.save() })).rejects.toThrow('from another tab');
  expect(await snapshot!()).toBeUndefined();
  dispose();
});
