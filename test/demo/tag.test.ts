// The lessons of the tab "Tag and translate" without a page: what they learn, answer, keep and refuse.

import { expect, test } from 'vitest';
import { loadModel } from 'webgpu-rnn';
import { job } from '../../demo/src/tabs/tag/job.ts';
import type { Event, LessonOptions } from '../../demo/src/tabs/tag/protocol.ts';
import { readSum } from '../../demo/src/tabs/tag/sums.ts';
import { tales } from '../../demo/src/tabs/tag/tales.ts';
import { f1Of, pieces, split, tagsOf, wordsOf } from '../../demo/src/tabs/tag/words.ts';
import { eventLog, jobContext } from './job_context.ts';

/** A job of its own, whose events are kept. */
async function opened(snapshot?: Uint8Array) {
  const { post, all } = eventLog<Event>();
  let failure: unknown;
  const fail = (error: unknown) => {
    failure = error;
  };
  const turn = () => new Promise<void>((resolve) => setTimeout(resolve));
  const made = await job(jobContext({ seed: 5, snapshot, post, turn, fail }));
  const until = async (done: () => boolean) => {
    while (!done()) {
      if (failure) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  return { ...made, all, until };
}

const add: LessonOptions = { kind: 'add', units: 12, rate: 0.02, digits: 1 };
const segment: LessonOptions = { kind: 'segment', units: 6, rate: 0.02, source: 'tales' };

test('words become tags and tags become words, in any script', () => {
  const words = ['the', 'a', 'günther', '港', '灯台'];
  expect(tagsOf(words)).toEqual([0, 1, 2, 3, 0, 1, 1, 1, 1, 1, 2, 3, 0, 2]);
  expect(split(words.join(''), tagsOf(words))).toEqual(words);
  expect(wordsOf('The keeper’s lamp, **lit** at 9!')).toEqual(['the', 'keeper’s', 'lamp', 'lit', 'at']);
  expect(pieces(['abc', 'de', 'fghi', 'toolongaword'], 5)).toEqual([['abc', 'de'], ['fghi']]);
});

test('F1 counts words in their places', () => {
  expect(f1Of([['ab', 'c']], [['ab', 'c']])).toBe(1);
  expect(f1Of([['abc']], [['ab', 'c']])).toBe(0);
  expect(f1Of([['ab', 'c', 'd']], [['ab', 'cd']])).toBeCloseTo((2 * 1) / 5);
});

test('tales differ by seed and are words and spaces alone', () => {
  expect(tales(20, 1)).toEqual(tales(20, 1));
  expect(tales(20, 1)).not.toEqual(tales(20, 2));
  expect(new Set(tales(300, 1)).size).toBeGreaterThan(280);
  for (const sentence of tales(300, 1)) expect(sentence).toMatch(/^[a-z]+( [a-z]+)*$/);
});

test('sums are read as they are typed, others are refused in words', () => {
  expect(readSum(' 07 + 5 =', 2)).toBe('7+5');
  expect(() => readSum('100+1', 2)).toThrow('up to 99');
  expect(() => readSum('five', 1)).toThrow('such as 7+5');
});

test('the adder learns, pauses, answers with its attention, and goes on from its file', async () => {
  const lesson = await opened();
  await lesson.handle({ type: 'begin', lesson: add, run: 1 });
  expect(lesson.all('begun')[0]).toMatchObject({ step: 0, units: 12, digits: 1 });
  await lesson.handle({ type: 'train' });
  await lesson.until(() => (lesson.all('progress').at(-1)?.step ?? 0) > 60);
  await lesson.handle({ type: 'pause' });
  await lesson.until(() => lesson.all('state').at(-1)?.training === false);
  const losses = lesson.all('progress').map(({ loss }) => loss);
  expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]);
  await lesson.handle({ type: 'ask', text: '7+5' });
  const { answer } = lesson.all('answer').at(-1)!;
  if (answer.kind !== 'add') throw new Error('another lesson answered');
  expect(answer.letters).toHaveLength(2);
  const [first, second] = [answer.weights.slice(0, 3), answer.weights.slice(3)];
  for (const row of [first, second]) expect(row.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 3);
  const bytes = (await lesson.snapshot!())!;
  const { step } = lesson.all('progress').at(-1)!;
  const again = await opened(bytes);
  await again.handle({ type: 'begin', lesson: add, run: 1 });
  expect(again.all('begun')[0]).toMatchObject({ step, run: 1 });
  await again.handle({ type: 'ask', text: '7+5' });
  expect(again.all('answer').at(-1)!.answer).toEqual(answer);
  // What was kept of the network before a reset is not taken up.
  const fresh = await opened(bytes);
  await fresh.handle({ type: 'begin', lesson: add, run: 2 });
  expect(fresh.all('begun')[0]).toMatchObject({ step: 0, run: 2 });
  const other = await opened();
  await other.handle({ type: 'begin', lesson: segment, run: 1 });
  await expect(other.handle({ type: 'open', bytes, lesson: segment, run: 2 })).rejects.toThrow(
    'another model',
  );
  expect(other.all('begun')).toHaveLength(1);
  expect(lesson.all('measured').at(-1)!.rows.length).toBeGreaterThan(0);
}, 60_000);

test('the segmenter learns to find the words of held-out tales', async () => {
  const lesson = await opened();
  await lesson.handle({ type: 'begin', lesson: segment, run: 1 });
  const before = lesson.all('measured')[0].score;
  await lesson.handle({ type: 'ask', text: 'The Keeper lit\nthelamp' });
  await lesson.handle({ type: 'train' });
  await lesson.until(() => (lesson.all('progress').at(-1)?.step ?? 0) >= 40);
  await lesson.handle({ type: 'pause' });
  await lesson.until(() => lesson.all('state').at(-1)?.training === false);
  const { score, rows } = lesson.all('measured').at(-1)!;
  expect(score).toBeGreaterThan(before);
  expect(rows[0]).toMatchObject({ text: expect.stringMatching(/^[a-z]+$/) });
  const { answer } = lesson.all('answer').at(-1)!;
  expect(answer).toMatchObject({ kind: 'segment', text: 'thekeeperlitthelamp' });
  // A lesson that cannot be made leaves the one before, untrained until that is asked for.
  const short: LessonOptions = { ...segment, source: { text: 'too short' } };
  const refused = lesson.handle({ type: 'begin', lesson: short, run: 2 });
  await lesson.handle({ type: 'train' });
  await expect(refused).rejects.toThrow('too short');
  await lesson.handle({ type: 'save' });
  expect(lesson.all('state').map(({ training }) => training)).toEqual([true, false, false]);
  expect(loadModel(lesson.all('saved')[0].bytes!).step).toBe(lesson.all('progress').at(-1)!.step);
}, 60_000);

test('training outlives a file that is no model, a new beginning, and a pause that is taken back', async () => {
  const lesson = await opened();
  const steps = () => lesson.all('progress').length;
  const goesOn = async () => {
    const before = steps();
    await lesson.until(() => steps() > before + 2);
  };
  // What is sent while the lesson is being made begins with it.
  const begun = lesson.handle({ type: 'begin', lesson: add, run: 1 });
  lesson.handle({ type: 'train' });
  await begun;
  await goesOn();
  const bytes = new TextEncoder().encode('no model at all');
  await expect(lesson.handle({ type: 'open', bytes, lesson: add, run: 2 })).rejects.toThrow('safetensors');
  await goesOn();
  lesson.handle({ type: 'pause' });
  lesson.handle({ type: 'train' });
  await goesOn();
  const again = lesson.handle({ type: 'begin', lesson: { ...add, units: 8 }, run: 3 });
  lesson.handle({ type: 'train' });
  await again;
  await goesOn();
  expect(lesson.all('begun').at(-1)).toMatchObject({ step: 0, units: 8, run: 3 });
  expect(lesson.all('state').every(({ training }) => training)).toBe(true);
  lesson.dispose();
}, 60_000);
