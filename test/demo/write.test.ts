// The job of the writing tab on the CPU backend: what it tells while it trains, pauses, writes, saves and opens.

import { afterEach, expect, test, vi } from 'vitest';
import { cpu } from 'webgpu-rnn';
import { fables } from '../../demo/src/tabs/write/fables.ts';
import { job } from '../../demo/src/tabs/write/job.ts';
import { MAX_BYTES } from '../../demo/src/tabs/write/limits.ts';
import type { Command, Event } from '../../demo/src/tabs/write/messages.ts';
import { Session } from '../../demo/src/tabs/write/session.ts';
import {
  defaultSampling,
  type RunSettings,
  readSampling,
  readSettings,
} from '../../demo/src/tabs/write/settings.ts';
import { readText, tokenize } from '../../demo/src/tabs/write/text.ts';
import { perplexity } from '../../demo/src/tabs/write/words.ts';
import type { Job } from '../../demo/src/types.ts';
import { eventLog, jobContext } from './job_context.ts';

const settings: RunSettings = {
  corpus: 'own',
  cell: 'gru',
  layers: 1,
  units: 16,
  window: 8,
  batch: 4,
  rate: 0.02,
  dropout: 0,
  seed: 3,
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const corpus = { kind: 'own', name: 'abc.txt', bytes: bytes('abcabcabd\n'.repeat(60)) } as const;
const wait = { timeout: 20_000, interval: 5 };

interface Opened {
  job: Job<Command>;
  events: Event[];
  errors: unknown[];
  of<T extends Event['type']>(type: T): Extract<Event, { type: T }>[];
}

let opened: Opened[] = [];
afterEach(() => {
  for (const { job } of opened) job.dispose();
  opened = [];
});

async function open(snapshot?: Uint8Array): Promise<Opened> {
  const { events, post, all: of } = eventLog<Event>();
  const errors: unknown[] = [];
  const made = await job(jobContext({ snapshot, post, fail: (error) => void errors.push(error) }));
  const result = { job: made as Job<Command>, events, errors, of };
  opened.push(result);
  return result;
}

const phase = (at: Opened) => at.of('phase').at(-1)?.phase;

test('it trains, the loss falls, it writes with what it thought, pauses and goes on', async () => {
  const at = await open();
  await at.job.handle({ type: 'train', run: 1, settings, corpus });
  await vi.waitFor(() => expect(at.of('loss').length).toBeGreaterThan(3), wait);
  await vi.waitFor(() => expect(at.of('validation').length).toBeGreaterThan(0), wait);
  await vi.waitFor(() => expect(at.of('loss').at(-1)!.loss).toBeLessThan(0.5), wait);
  expect(at.of('loss')[0].loss).toBeGreaterThan(1);
  expect(at.of('model')[0].tokens).toEqual(['a', 'b', 'c', 'd', '\n']);
  expect(at.of('memory').at(-1)!.bytes).toBeGreaterThan(1000);

  await at.job.handle({ type: 'pause' });
  await vi.waitFor(() => expect(phase(at)).toBe('ready'), wait);
  const { step } = at.of('phase').at(-1)!;
  // What is kept back is measured at the step where it rests.
  await vi.waitFor(() => expect(at.of('validation').at(-1)!.step).toBe(step), wait);
  const before = at.of('written').length;
  await vi.waitFor(() => expect(at.of('written').length).toBeGreaterThan(before + 2), wait);
  const { written } = at.of('written').at(-1)!;
  const { ids, probability, rank, alternatives, byModel } = written;
  ids.forEach((id, i) => {
    // Five characters are known, so that the ten alternatives hold all of them and their sum is 1.
    const row = byModel.subarray(10 * i, 10 * i + 10);
    expect(row.reduce((a, p) => a + p)).toBeCloseTo(1, 4);
    expect(alternatives[10 * i + rank[i]]).toBe(id);
    expect(row[rank[i]]).toBeCloseTo(probability[i], 5);
  });

  await at.job.handle({ type: 'train', run: 1, settings, corpus });
  await vi.waitFor(() => expect(at.of('loss').at(-1)!.step).toBeGreaterThan(step + 5), wait);
  expect(at.errors).toEqual([]);
});

test('temperature 0 takes the likeliest character, and a text that was given is read and gone on from', async () => {
  const at = await open();
  at.job.handle({ type: 'sampling', sampling: { temperature: 0, topK: 0 } });
  await at.job.handle({ type: 'train', run: 1, settings, corpus });
  // The plan that writes is not there yet: the words wait for it.
  at.job.handle({ type: 'begin', text: 'dcb' });
  expect(at.of('memory')).toHaveLength(1);
  await vi.waitFor(() => expect(at.of('loss').at(-1)?.loss).toBeLessThan(0.05), wait);
  await vi.waitFor(() => expect(at.of('written').length).toBeGreaterThan(0), wait);
  const [{ written: first }] = at.of('written');
  expect([...first.ids].slice(0, 5)).toEqual([-1, 4, 3, 2, 1]);
  expect(at.of('note')).toEqual([]);
  at.job.handle({ type: 'begin', text: 'abcaXbX' });
  expect(at.of('note')[0].text).toBe('The model never saw these characters, so that they are left out: X');
  const written = () => {
    const { tokens } = at.of('model').at(-1)!;
    const all = at.of('written').flatMap(({ written }) => [...written.ids]);
    return all
      .slice(all.lastIndexOf(-1) + 2)
      .map((id) => tokens[id])
      .join('');
  };
  // What is underway when the words come is written first.
  await vi.waitFor(() => expect(written()).toMatch(/^abcab.{20}/s), wait);
  // The letter X is unknown and left out; what follows is the text that was learned by heart.
  expect(written()).toMatch(/^abcab[cd].*\nabcabcabd/s);
  const last = at.of('written').at(-1)!.written;
  expect([...last.rank].every((r) => r === 0)).toBe(true);
  expect(last.asDrawn[0]).toBe(1);
});

test('a saved model opens elsewhere, writes, and goes on learning where it stood', async () => {
  const at = await open();
  await at.job.handle({ type: 'train', run: 1, settings, corpus });
  await vi.waitFor(() => expect(at.of('loss').at(-1)?.loss).toBeLessThan(0.5), wait);
  at.job.handle({ type: 'pause' });
  await vi.waitFor(() => expect(phase(at)).toBe('ready'), wait);
  await at.job.handle({ type: 'save', request: 7 });
  const saved = at.of('saved')[0];
  expect(saved.request).toBe(7);
  // A twentieth of the text was kept back.
  expect(saved.passage).toBe('abcabcabd\n'.repeat(3));

  const other = await open();
  await other.job.handle({ type: 'open', request: 1, run: 5, bytes: saved.bytes!, name: 'model' });
  expect(other.of('opened')[0]).toMatchObject({ step: at.of('phase').at(-1)!.step, settings: { units: 16 } });
  await vi.waitFor(() => expect(other.of('written').length).toBeGreaterThan(1), wait);
  await other.job.handle({ type: 'train', run: 5, settings, corpus });
  await vi.waitFor(() => expect(other.of('loss').length).toBeGreaterThan(0), wait);
  expect(other.of('loss')[0].loss).toBeLessThan(0.6);
  expect(other.of('loss')[0].step).toBeGreaterThanOrEqual(saved.bytes ? other.of('opened')[0].step : 0);

  await other.job.handle({ type: 'open', request: 2, run: 6, bytes: bytes('no model'), name: 'letter' });
  expect(other.of('failed')[0].message).toMatch(/letter is not a whole safetensors file/);
  expect(other.errors).toEqual([]);
});

test('a restart goes on from the last weights of the same run, and not from those of another', async () => {
  const at = await open();
  await at.job.handle({ type: 'train', run: 2, settings, corpus });
  await vi.waitFor(() => expect(at.of('loss').at(-1)?.loss).toBeLessThan(0.5), wait);
  const snapshot = (await at.job.snapshot!())!;
  const again = await open(snapshot);
  await again.job.handle({ type: 'recover', run: 2, settings, corpus });
  await vi.waitFor(() => expect(again.of('loss').length).toBeGreaterThan(0), wait);
  expect(again.of('loss')[0].loss).toBeLessThan(0.6);
  const standing = await open(snapshot);
  await standing.job.handle({ type: 'recover', run: 2, settings, corpus: undefined });
  await vi.waitFor(() => expect(standing.of('written').length).toBeGreaterThan(0), wait);
  expect(standing.of('loss')).toEqual([]);
  const anew = await open(snapshot);
  await anew.job.handle({ type: 'recover', run: 3, settings, corpus });
  await vi.waitFor(() => expect(anew.of('loss').length).toBeGreaterThan(0), wait);
  expect(anew.of('loss')[0].loss).toBeGreaterThan(0.8);
});

test('reset forgets the model; a text that is too short is told, and another one does', async () => {
  const at = await open();
  const short = { kind: 'own', name: 'short.txt', bytes: bytes('abc') } as const;
  await at.job.handle({ type: 'train', run: 1, settings, corpus: short });
  expect(at.of('error')[0].message).toMatch(
    /short\.txt is too short: it has 3 characters .* window of 8 needs 9/,
  );
  expect(phase(at)).toBe('empty');
  await at.job.handle({ type: 'train', run: 1, settings, corpus });
  await vi.waitFor(() => expect(at.of('loss').length).toBeGreaterThan(0), wait);
  await at.job.handle({ type: 'reset' });
  expect(phase(at)).toBe('empty');
  await at.job.handle({ type: 'save', request: 1 });
  expect(at.of('saved')[0].bytes).toBeUndefined();
  expect(await at.job.snapshot!()).toBeUndefined();
  expect(at.errors).toEqual([]);
});

test('memory counts every plan, and one that comes when its session is over leaves nothing on the device', async () => {
  const backend = cpu();
  const tokens = tokenize('abcabcabd\n'.repeat(60), 'abc', settings.window);
  const adapter = { device: 'cpu', description: 'CPU', software: true } as const;
  const open = async (): Promise<Session> => {
    const session = new Session({ backend, adapter, settings, vocabulary: tokens.vocabulary, run: 1 });
    expect(await session.learnFrom(tokens, 'abc')).toMatchObject({ validation: 30, measured: 30 });
    return session;
  };
  const { signal } = new AbortController();
  const measured = await open();
  const before = measured.memory;
  expect(await measured.validate(signal)).toBeGreaterThan(1);
  expect(measured.memory).toBeGreaterThan(before);

  for (const late of [
    (session: Session) => session.validate(signal),
    (session: Session) => session.openWriter(defaultSampling),
  ]) {
    const session = await open();
    const coming = late(session);
    session.dispose();
    await coming;
    await expect(backend.read(session.parameters.arena)).rejects.toThrow('has no storage');
  }
});

test('perplexities are written as numbers of any size are read', () => {
  expect([0, 2.5, 6.9, 6.9073, 8, 12, 60].map(perplexity)).toEqual([
    ...['1.00', '12.2', '992', '1,000', '2,981', '163 k', 'over 1000 M'],
  ]);
});

test('files that are no texts are refused in plain words', () => {
  expect(() => readText(new Uint8Array([137, 80, 78, 71, 0, 1]), 'a.png')).toThrow(
    'a.png is not a text but a binary file',
  );
  expect(() => readText(new Uint8Array([0x61, 0xff, 0x62]), 'a.doc')).toThrow('a.doc is not a text in UTF-8');
  expect(() => readText(new Uint8Array([0xff, 0xfe, 0x61, 0]), 'a.txt')).toThrow('UTF-16');
  expect(() => readText(new Uint8Array(), 'a.txt')).toThrow('a.txt is empty');
  expect(() => readText(new Uint8Array(MAX_BYTES + 1), 'a.txt')).toThrow('20 MB');
  expect(readText(bytes('a\r\nb'), 'a.txt')).toBe('a\nb');
});

test('twenty megabytes become tokens', { timeout: 120_000 }, () => {
  const line = 'The quick brown fox jumps over the lazy dog, 12345 times (or so).\n';
  const text = line.repeat(Math.floor(MAX_BYTES / line.length));
  const { training, validation, vocabulary } = tokenize(readText(bytes(text), 'large.txt'), 'large.txt', 64);
  expect(training.length + validation.length).toBe(text.length);
  expect(validation.length).toBe(20_000);
  expect(vocabulary.decode(training.subarray(0, 9))).toBe('The quick');
});

test('settings of a link are brought into their ranges, and what is no setting is ignored', () => {
  expect(
    readSettings({ units: 1e9, layers: 'x', cell: 'gpt', window: '16', corpus: 'fables', rate: 0 }),
  ).toEqual({
    units: 1024,
    window: 16,
    corpus: 'fables',
    rate: 0.0001,
  });
  expect(readSampling({ temperature: 9, topk: 3 })).toEqual({ temperature: 2, topK: 3 });
});

test('fables are the same for the same seed', () => {
  expect(fables(2000, 1)).toBe(fables(2000, 1));
  expect(fables(2000, 1)).not.toBe(fables(2000, 2));
  expect(fables(2000, 1)).toMatch(/The moral: /);
});
