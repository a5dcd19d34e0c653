// The job of the tab that looks inside, on the CPU backend: what keeps a network, and what makes another one of it.

import { expect, test, vi } from 'vitest';
import { loadModel } from 'webgpu-rnn';
import { job } from '../../demo/src/tabs/remember/job.ts';
import type { Event, RunSettings } from '../../demo/src/tabs/remember/messages.ts';
import { eventLog, jobContext } from './job_context.ts';

/** A job of its own, whose events are kept. */
async function opened() {
  const { post, all } = eventLog<Event>();
  const made = await job(jobContext({ post }));
  return { ...made, all };
}

const counting: RunSettings = { task: 'counting', units: 4, seed: 1, most: 3 };

test('a network trains on where its epochs are others, and where it came out of a file, whatever was chosen before', async () => {
  const first = await opened();
  await first.handle({ type: 'train', settings: counting });
  await first.handle({ type: 'train', settings: { ...counting, most: 2 } });
  expect(first.all('state').at(-1)).toMatchObject({ state: 'done', step: 5, why: '5 epochs are done' });
  await first.handle({ type: 'save', request: 1 });
  const bytes = first.all('saved')[0].bytes!;
  expect(loadModel(bytes).step).toBe(5);
  // Another seed is another network.
  await first.handle({ type: 'train', settings: { ...counting, seed: 2, most: 1 } });
  expect(first.all('state').at(-1)!.step).toBe(1);

  const other = await opened();
  const chosen: RunSettings = { task: 'memory', units: 6, seed: 7, most: 1, corpus: 'a text of one’s own' };
  await other.handle({ type: 'prepare', settings: chosen });
  await other.handle({ type: 'open', request: 1, bytes, settings: chosen });
  const { task, units, seed } = other.all('opened')[0];
  expect({ task, units, seed }).toEqual({ task: 'counting', units: 4, seed: 7 });
  await other.handle({ type: 'train', settings: { task, units, seed, most: 2 } });
  expect(other.all('state').at(-1)).toMatchObject({ state: 'done', task: 'counting', step: 7 });
  first.dispose();
  other.dispose();
});

test('what cannot be done is the answer to who asked for it, and the training goes on', async () => {
  const { handle, all, dispose } = await opened();
  void handle({ type: 'train', settings: { ...counting, most: 100_000 } });
  await vi.waitFor(() => expect(all('progress').length).toBeGreaterThan(0), { timeout: 20_000 });
  await handle({ type: 'open', request: 1, bytes: Uint8Array.of(1, 2), settings: counting });
  await handle({ type: 'read', request: 2, model: { name: 'letter', bytes: Uint8Array.of(1, 2) } });
  expect(all('failed')).toEqual([
    { type: 'failed', request: 1, message: expect.stringContaining('safetensors') },
    { type: 'failed', request: 2, message: expect.stringContaining('letter is not a whole') },
  ]);
  await handle({ type: 'stand' });
  expect(all('stands')).toEqual([{ type: 'stands', state: 'training' }]);
  const rounds = all('progress').length;
  await vi.waitFor(() => expect(all('progress').length).toBeGreaterThan(rounds), { timeout: 20_000 });
  dispose();
});
