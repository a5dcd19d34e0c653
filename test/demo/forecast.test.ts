// The job of the tab "Forecast" without a page: the best network is kept with its scaler, is opened, and goes on after a loss.
import { expect, test } from 'vitest';
import { cpu, dense, input, loadModel, sequential, type VerdictCause } from 'webgpu-rnn';
import { diagnosisWords } from '../../demo/src/tabs/forecast/diagnosis_words.ts';
import { job } from '../../demo/src/tabs/forecast/job.ts';
import type { Curves, Event, RunSettings } from '../../demo/src/tabs/forecast/messages.ts';
import {
  type Chosen,
  readSettings,
  sameSettings,
  standard,
  writeSettings,
} from '../../demo/src/tabs/forecast/settings.ts';
import { eventLog, jobContext } from './job_context.ts';

function open(snapshot?: Uint8Array) {
  const { events, post, all } = eventLog<Event>();
  const made = job(jobContext({ snapshot, post }));
  return { ...made, all, events };
}

const settings: RunSettings = {
  ...{ ...standard, window: 8, units: 5, learningRate: 0.02, epochs: 6, runs: 2, patience: 0 },
  ...{ series: 'file', length: 600, file: 'tides.csv', column: 'height' },
  values: Float64Array.from({ length: 120 }, (_, t) => 40 + 9 * Math.sin(t / 3)),
};

test('the network of least validation loss forecasts the same out of its file, by its own scaler', async () => {
  const trained = open();
  await trained.handle({ type: 'train', number: 1, settings });
  const ran = trained.all('ran');
  expect(ran.map(({ run }) => run)).toEqual([0, 1]);
  const least = Math.min(...ran.map(({ validationLoss }) => validationLoss));
  const best = ran.findLast(({ bytes }) => bytes)!;
  expect(best.validationLoss).toBe(least);

  const again = open();
  await again.handle({ type: 'open', number: 1, bytes: best.bytes! });
  const [{ note }] = again.all('opened');
  expect(note).toMatchObject({ file: 'tides.csv', column: 'height', window: 8, run: best.run, epoch: 6 });
  expect(note.scaler!.center![0]).toBeCloseTo(40, 0);
  await again.handle({ type: 'preview', number: 2, settings: { ...settings, units: 99 } });
  const final = trained.all('forecast').find(({ run, final: last }) => last && run === best.run)!;
  expect(again.all('forecast')[0].error).toBeCloseTo(final.error, 5);
  // A series that is shorter and elsewhere is scaled as the one that it learned.
  const later = { ...settings, values: settings.values!.slice(40).map((value) => value + 2) };
  await again.handle({ type: 'preview', number: 2, settings: later });
  expect(again.all('forecast')).toHaveLength(2);
  expect(again.all('task')[1].series[0]).toBeCloseTo(later.values[0]);
  // Windows of another length are for another network.
  await again.handle({ type: 'preview', number: 2, settings: { ...settings, window: 9 } });
  expect(again.all('forecast')).toHaveLength(2);
  for (const one of [trained, again]) one.dispose();
});

test('after a loss the run in hand goes on from its snapshot, and the runs before it count', async () => {
  const first = open();
  const whole = first.handle({ type: 'train', number: 1, settings });
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
  const soFar = { done: 1, curves, best, paused: false };
  await second.handle({ type: 'train', number: 1, settings, soFar });
  expect(second.all('task')[0].goesOn).toBe(true);
  const epochs = second.all('epoch');
  expect(epochs.map((event) => [event.run, event.epoch])).toEqual(
    Array.from({ length: 6 - epoch }, (_, i) => [1, epoch + i]),
  );
  expect(epochs.at(-1)!.loss).toBeLessThan(curves[1].loss[0]);
  expect(second.all('verdict').at(-1)!.verdicts).toHaveLength(2);
  for (const one of [first, second]) one.dispose();
});

test('a model of another tab is refused in plain words', async () => {
  const other = sequential([input({ shape: [1] }), dense({ units: 1 })]);
  other.runtime.useBackend(cpu());
  const { snapshot, handle, dispose, all } = open();
  await handle({ type: 'open', number: 3, bytes: await other.save() });
  expect(all('refused')).toEqual([
    { type: 'refused', number: 3, message: expect.stringContaining('from another tab') },
  ]);
  expect(await snapshot!()).toBeUndefined();
  dispose();
});

test('a file that is no model leaves a training alone; one that another training ends says nothing afterwards', async () => {
  const { handle, dispose, all, events } = open();
  const first = handle({ type: 'train', number: 1, settings: { ...settings, runs: 1 } });
  const epochs = async (least: number) => {
    while (all('epoch').length < least) await new Promise((resolve) => setImmediate(resolve));
  };
  await epochs(2);
  await handle({ type: 'open', number: 1, bytes: Uint8Array.of(1, 2, 3) });
  expect(all('refused')).toHaveLength(1);
  await first;
  expect(all('epoch')).toHaveLength(settings.epochs);
  expect(all('state').at(-1)).toMatchObject({ number: 1, state: 'done', why: 'all runs are done' });

  const second = handle({ type: 'train', number: 2, settings });
  await epochs(settings.epochs + 2);
  const third = handle({ type: 'train', number: 3, settings: { ...settings, runs: 1, epochs: 1 } });
  await Promise.all([second, third]);
  const numbers = events.flatMap((event) =>
    'number' in event && event.type !== 'refused' ? event.number : [],
  );
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(all('state').filter(({ state }) => state === 'done')).toMatchObject([
    { number: 1 },
    { number: 2, why: 'stopped' },
    { number: 3, why: 'all runs are done' },
  ]);
  dispose();
});

test('weights that are no numbers are told to whoever saves them', async () => {
  const { handle, dispose, all } = open();
  await handle({ type: 'save' });
  await handle({ type: 'train', number: 1, settings: { ...settings, runs: 1, learningRate: 3e38 } });
  await handle({ type: 'save' });
  expect(all('saved')).toMatchObject([
    { bytes: undefined },
    { bytes: undefined, failed: expect.any(String) },
  ]);
  dispose();
});

test('a link carries what differs from the standard, and begins from it', () => {
  const series: Chosen['series'][] = ['sine', 'season', 'walk', 'file'];
  for (const one of series) {
    for (const relative of [false, true]) {
      const chosen = { ...standard, series: one, relative, units: 5, learningRate: 0.02 };
      expect(readSettings(writeSettings(chosen))).toEqual(chosen);
      expect(sameSettings(chosen, { ...chosen, relative: !relative })).toBe(false);
    }
  }
  expect(writeSettings(standard)).toEqual({});
  expect(readSettings({ units: 1e9, series: 'none', rate: 'x' })).toEqual({ ...standard, units: 256 });
});

test('a diagnosis is told without the words of the library', () => {
  const causes: VerdictCause[] = [
    ...(['diverged', 'too few epochs', 'hardly learned', 'validation rose', 'baseline not beaten'] as const),
    ...(['still improving', 'no validation', 'gap', 'settled', 'both got worse', 'runs disagree'] as const),
  ];
  const measures = { rise: 0.204, gap: 0.31, trainingProgress: 0.08, validationProgress: 0.07 };
  const judged = { verdict: 'overfit', measures, bestEpoch: 4, verdicts: ['overfit'] } as const;
  for (const cause of causes) {
    const { reasons, advice } = diagnosisWords({ ...judged, cause });
    expect(reasons.length).toBeGreaterThan(0);
    for (const text of [...reasons, advice]) expect(text).toMatch(/^[A-Z][^_(){}]*\.$/);
  }
  const { reasons } = diagnosisWords({
    ...{ ...judged, cause: 'validation rose' },
    verdicts: ['good fit', 'overfit', 'overfit'],
  });
  expect(reasons[0]).toBe('2 of 3 networks: overfit, 1: good fit');
  // What cannot be learned is not the network's fault.
  const none = diagnosisWords({ ...judged, cause: 'baseline not beaten', asNaive: true });
  expect([none.title, none.advice]).toEqual([
    'No better than naive',
    expect.stringContaining('nothing to learn'),
  ]);
  expect(diagnosisWords({ ...judged, cause: 'baseline not beaten' }).title).toBeUndefined();
  // The chart beside it counts epochs from 1.
  expect(reasons[1]).toMatch(/best after epoch 5\. .* 20 %/);
});
