// Measuring choices and keeping what was found, on a device that is a clock of our own: what is chosen, left out and remembered.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import type { Executable } from '../../src/backends/backend.ts';
import { cpu } from '../../src/backends/cpu.ts';
import {
  isOpen,
  type Measured,
  measureChoice,
  promising,
  type TunedDevice,
} from '../../src/backends/tuner.ts';
import { type MeasurementStore, makeTuning, type TuningOptions } from '../../src/backends/tuning.ts';
import { openTuningStore } from '../../src/backends/webgpu/tuning_store.ts';
import { OptionError } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';
import { version } from '../../src/core/version.ts';
import { tunedPlan } from '../../src/training/tuned_plan.ts';
import { type Doubling, doublingChoice, doublingPlan, kernelOf } from './tuning_choice.ts';

/** Milliseconds of one dispatch by kernel, as the fake device's clock tells them. */
const milliseconds: Partial<Record<string, number>> = {
  slow: 2,
  middling: 1,
  quick: 0.5,
  other: 0.1,
  astray: 0.1,
};

interface FakeDevice extends TunedDevice {
  /** Names of the kernels of all plans that were loaded. */
  loads: string[];
}

/** The CPU as a device; what `astray` leaves is spoilt when it is read, as by a wrong shader. */
function fakeDevice(): FakeDevice {
  const backend = cpu();
  const loads: string[] = [];
  const astray = new Set<unknown>();
  return {
    limits: backend.limits,
    loads,
    write: backend.write,
    async read(t) {
      const values = await backend.read(t);
      return astray.has(t) ? values.map((v) => v + 0.01) : values;
    },
    async load(plan: Plan): Promise<Executable> {
      const executable = await backend.load(plan);
      const dispatches = plan.steps.flatMap((s) => (s.kind === 'dispatch' ? [s] : []));
      if (dispatches.length > 0) loads.push(dispatches[0].kernel.name);
      if (dispatches.some((s) => s.kernel.name === 'broken')) throw new Error('does not compile');
      for (const { kernel, tensors } of dispatches) if (kernel.name === 'astray') astray.add(tensors.y);
      const time = dispatches.reduce((sum, s) => sum + (milliseconds[s.kernel.name] ?? 0), 0);
      return {
        ...executable,
        async time(runs) {
          executable.run();
          return runs * time;
        },
      };
    },
  };
}

/** A store in memory that counts how often it is asked. */
function memoryStore(content = new Map<string, Measured>()): MeasurementStore & { reads: number } {
  const store = {
    place: 'memory',
    reads: 0,
    async read() {
      store.reads++;
      return new Map(content);
    },
    async add(more: ReadonlyMap<string, Measured>) {
      for (const [key, one] of more) content.set(key, one);
    },
  };
  return store;
}

/** A plan that is tuned on a fake device. */
async function tuned(
  store: MeasurementStore,
  options: TuningOptions & { forced?: ReadonlyMap<string, string> },
  estimates: Partial<Record<Doubling, number>> = { slow: 1, quick: 2 },
) {
  const device = fakeDevice();
  const tuning = await makeTuning(store, options);
  const limits = { ...device.limits, tuned: tuning.tuned };
  let builds = 0;
  const { plan } = await tunedPlan({ tune: (p) => tuning.tune(p, { ...device, limits }) }, () => {
    builds++;
    return doublingPlan(limits, doublingChoice(estimates));
  });
  return { kernel: kernelOf(plan), plan, builds, loads: device.loads, tuning };
}

afterEach(() => vi.restoreAllMocks());

describe('measuring a choice', () => {
  test('takes the fastest, whatever the cost model says', async () => {
    const found = await measureChoice(doublingChoice({ slow: 1, quick: 3, middling: 2 }), fakeDevice());
    expect(found?.chosen).toBe('quick');
    expect(found?.microseconds).toEqual({ slow: 2000, quick: 500, middling: 1000 });
  });

  test('leaves out, with a warning, what is wrong, differs from the others, or does not work', async () => {
    const warnings: string[] = [];
    const estimates = { other: 1, astray: 1.5, slow: 2, quick: 2.5, broken: 3 };
    const found = await measureChoice(doublingChoice(estimates), fakeDevice(), {
      warn: (message) => warnings.push(message),
    });
    expect(found?.chosen).toBe('quick');
    expect(found?.microseconds).toMatchObject({ other: null, astray: null, broken: null });
    expect(warnings.join('\n')).toMatch(
      /\[double 4096\] astray is left out: .*reference, output 0: element 0/,
    );
    expect(warnings.join('\n')).toMatch(/other is left out: .*differ/);
    expect(warnings.join('\n')).toMatch(/broken is left out: does not compile/);
    expect(warnings).toHaveLength(3);
  });

  test('where nothing is left the choice is closed, for the cost model', async () => {
    const choice = doublingChoice({ astray: 1, broken: 2 });
    const found = await measureChoice(choice, fakeDevice());
    expect(found).toEqual({ chosen: null, microseconds: { astray: null, broken: null } });
    expect(isOpen(choice, found)).toBe(false);
  });

  test('does not try what the cost model holds for hopeless', async () => {
    const device = fakeDevice();
    const choice = doublingChoice({ slow: 1, middling: 4, quick: 4.1 });
    expect(promising(choice).map((c) => c.name)).toEqual(['slow', 'middling']);
    expect((await measureChoice(choice, device))?.chosen).toBe('middling');
    expect(device.loads).not.toContain('quick');
    expect(isOpen(doublingChoice({ slow: 1, quick: 5 }), undefined)).toBe(false);
  });

  test('a device that is lost is no fault of a candidate', async () => {
    const device = fakeDevice();
    device.load = () => Promise.reject(new Error('the GPU device is lost'));
    await expect(measureChoice(doublingChoice({ slow: 1, quick: 2 }), device)).rejects.toThrow(/lost/);
  });

  test('stops when told to', async () => {
    const signal = AbortSignal.abort();
    expect(await measureChoice(doublingChoice({ slow: 1, quick: 2 }), fakeDevice(), { signal })).toBe(
      undefined,
    );
  });
});

describe('a tuned plan', () => {
  test('is built again when a measurement overrules the cost model, and knows the result the next time', async () => {
    const store = memoryStore();
    const told: [number, number, string][] = [];
    const onTune = (...args: [number, number, string]) => told.push(args);
    const first = await tuned(store, { autotune: 'full', onTune });
    expect(first).toMatchObject({ kernel: 'quick', builds: 2 });
    expect(first.plan.choices[0]).toMatchObject({ chosen: 'quick', measured: true });
    expect(told).toEqual([
      [0, 1, 'double 4096'],
      [1, 1, ''],
    ]);
    const second = await tuned(store, { autotune: 'full', onTune });
    expect(second).toMatchObject({ kernel: 'quick', builds: 1, loads: [] });
    expect(told).toHaveLength(2);
    // Another candidate has come with a new version of a model: it is measured as well.
    expect((await tuned(store, { autotune: 'full' }, { slow: 1, quick: 2, middling: 3 })).loads).toContain(
      'middling',
    );
  });

  test('is built once when the cost model was right', async () => {
    const result = await tuned(memoryStore(), { autotune: 'full' }, { quick: 1, slow: 2 });
    expect(result).toMatchObject({ kernel: 'quick', builds: 1 });
  });

  test('measures nothing unless asked to, and uses what is known unless told not to', async () => {
    const known = () =>
      memoryStore(new Map([['double 4096', { chosen: 'quick', microseconds: { slow: 2, quick: 1 } }]]));
    expect(await tuned(memoryStore(), {})).toMatchObject({ kernel: 'slow', loads: [] });
    expect(await tuned(known(), {})).toMatchObject({ kernel: 'quick', builds: 1, loads: [] });
    const off = known();
    expect(await tuned(off, { autotune: 'off' })).toMatchObject({ kernel: 'slow', loads: [] });
    expect(off.reads).toBe(0);
    await expect(makeTuning(undefined, { autotune: 'on' as 'off' })).rejects.toThrow(OptionError);
  });

  test('a forced choice goes before everything, and is not measured', async () => {
    const known = memoryStore(
      new Map([['double 4096', { chosen: 'quick', microseconds: { slow: 2, quick: 1 } }]]),
    );
    const forced = new Map([['double 4096', 'middling']]);
    const estimates = { slow: 1, quick: 2, middling: 3 };
    for (const autotune of ['off', 'cached', 'full'] as const) {
      expect(await tuned(known, { autotune, forced }, estimates)).toMatchObject({
        kernel: 'middling',
        loads: [],
      });
    }
    // A name that is no candidate leaves it to the cost model.
    const unknown = new Map([['double 4096', 'gone']]);
    expect(await tuned(known, { autotune: 'full', forced: unknown })).toMatchObject({
      kernel: 'slow',
      loads: [],
    });
  });
});

describe('the store in Node', () => {
  const measured = { chosen: 'quick', microseconds: { quick: 1.5, slow: 3, broken: null } };
  let folder: string;
  const before = process.env.WEBGPU_RNN_CACHE;
  beforeEach(() => {
    folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'webgpu-rnn-tuning-')), 'new', 'folder');
    process.env.WEBGPU_RNN_CACHE = folder;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.WEBGPU_RNN_CACHE;
    else process.env.WEBGPU_RNN_CACHE = before;
    fs.rmSync(path.dirname(path.dirname(folder)), { recursive: true, force: true });
  });

  test('gives back what was added, to its own adapter only, and leaves no other file', async () => {
    const store = await openTuningStore('adapter A');
    expect(await store.read()).toEqual(new Map());
    expect(fs.existsSync(folder)).toBe(false);
    await store.add(new Map([['a', measured]]));
    // Another process adds to the same file.
    await (await openTuningStore('adapter A')).add(
      new Map([['b', { chosen: null, microseconds: { x: null } }]]),
    );
    const again = await (await openTuningStore('adapter A')).read();
    expect([...again.keys()]).toEqual(['a', 'b']);
    expect(again.get('a')).toEqual(measured);
    expect(await (await openTuningStore('adapter B')).read()).toEqual(new Map());
    expect(fs.readdirSync(folder)).toEqual([path.basename(store.place!)]);
  });

  test('a damaged file counts as none and is replaced', async () => {
    const store = await openTuningStore('adapter A');
    await store.add(new Map([['a', measured]]));
    const whole = fs.readFileSync(store.place!, 'utf8');
    const damaged = [
      whole.slice(0, whole.length / 2),
      '',
      'null',
      '[]',
      whole.replace('tuning/1', 'tuning/2'),
      whole.replace('adapter A', 'adapter C'),
      whole.replace('"chosen": "quick"', '"chosen": "broken"'),
      whole.replace('"chosen": "quick"', '"chosen": "constructor"'),
      whole.replace('1.5', '"fast"'),
    ];
    for (const text of damaged) {
      fs.writeFileSync(store.place!, text);
      expect(await store.read(), text).toEqual(new Map());
    }
    await store.add(new Map([['b', measured]]));
    expect([...(await store.read()).keys()]).toEqual(['b']);
  });

  test('where nothing can be written, nothing is kept and nothing fails', async () => {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    fs.writeFileSync(folder, 'a file');
    const store = await openTuningStore('adapter A');
    await store.add(new Map([['a', measured]]));
    expect(await store.read()).toEqual(new Map());
  });

  test('measurements are kept by version', () => {
    expect(version).toBe(manifest.version);
  });
});
