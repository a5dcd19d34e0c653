// Measuring choices and keeping what was found, on a device that is a clock of our own: what is chosen, left out and remembered.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import type { Executable } from '../../src/backends/backend.ts';
import { cpu } from '../../src/backends/cpu.ts';
import { shadersOf } from '../../src/backends/shader_hash.ts';
import { ShaderError } from '../../src/backends/shared.ts';
import {
  isOpen,
  type Measured,
  measureChoice,
  promising,
  type TunedDevice,
} from '../../src/backends/tuner.ts';
import { type MeasurementStore, makeTuning, type TuningOptions } from '../../src/backends/tuning.ts';
import { sharedSources } from '../../src/backends/webgpu/shared_sources.ts';
import { openTuningStore } from '../../src/backends/webgpu/tuning_store.ts';
import type { Choice, Tuned } from '../../src/core/choices.ts';
import { DeviceError, OptionError } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';
import { version } from '../../src/core/version.ts';
import { tunedPlan } from '../../src/training/tuned_plan.ts';
import { type Doubling, doublingChoice, doublingKernels, doublingPlan, kernelOf } from './tuning_choice.ts';

/** Milliseconds of one dispatch by kernel, as the fake device's clock tells them. */
const milliseconds: Partial<Record<string, number>> = {
  slow: 2,
  middling: 1,
  quick: 0.5,
  other: 0.1,
  astray: 0.1,
  steady: 1.5,
};

interface FakeDevice extends TunedDevice {
  /** Names of the kernels of all plans that were loaded. */
  loads: string[];
  /** Bytes of the plans that are loaded, and the most that were at once. */
  bytes: number;
  most: number;
  /** Where plans take more than that, a load fails. */
  capacity: number;
  /** How many times slower everything is now. */
  pace(): number;
}

/** The CPU as a device; what `astray` leaves is spoilt when it is read, as by a wrong shader. */
function fakeDevice(): FakeDevice {
  const backend = cpu();
  const loads: string[] = [];
  const astray = new Set<unknown>();
  const device: FakeDevice = {
    limits: backend.limits,
    loads,
    bytes: 0,
    most: 0,
    capacity: Number.POSITIVE_INFINITY,
    pace: () => 1,
    write: backend.write,
    async read(t) {
      const values = await backend.read(t);
      return astray.has(t) ? values.map((v) => v + 0.01) : values;
    },
    async load(plan: Plan): Promise<Executable> {
      const bytes = plan.memory().total;
      if (device.bytes + bytes > device.capacity) throw new DeviceError('the GPU has no memory');
      const dispatches = plan.steps.flatMap((s) => (s.kind === 'dispatch' ? [s] : []));
      if (dispatches.length > 0) loads.push(dispatches[0].kernel.name);
      if (dispatches.some((s) => s.kernel.name === 'broken')) throw new ShaderError('does not compile');
      const executable = await backend.load(plan);
      device.bytes += bytes;
      device.most = Math.max(device.most, device.bytes);
      for (const { kernel, tensors } of dispatches) if (kernel.name === 'astray') astray.add(tensors.y);
      const time = dispatches.reduce((sum, s) => sum + (milliseconds[s.kernel.name] ?? 0), 0);
      return {
        ...executable,
        async time(runs) {
          executable.run();
          return runs * time * device.pace();
        },
        dispose() {
          executable.dispose();
          device.bytes -= bytes;
        },
      };
    },
  };
  return device;
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
  options: TuningOptions & { forced?: Tuned },
  estimates: Partial<Record<Doubling, number>> = { slow: 1, quick: 2 },
  device = fakeDevice(),
) {
  const tuning = await makeTuning(store, options);
  const limits = { ...device.limits, tuned: tuning.tuned };
  let builds = 0;
  const { plan } = await tunedPlan({ tune: (p) => tuning.tune(p, { ...device, limits }) }, () => {
    builds++;
    return doublingPlan(limits, doublingChoice(estimates));
  });
  return { kernel: kernelOf(plan), plan, builds, loads: device.loads, tuning };
}

/** Bytes of a trial of the choice at its real size. */
const TRIAL = 2 * 4 * 4096;

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

  test.each([
    ['all at once', 1e9, 4 * TRIAL],
    ['three at once', 3.5 * TRIAL, 3 * TRIAL],
    ['two at least', 1, 2 * TRIAL],
  ])(
    'keeps to its budget of memory, with the likeliest as the yardstick of each group: %s',
    async (_name, budget, most) => {
      const device = fakeDevice();
      const choice = doublingChoice({ slow: 1, middling: 2, quick: 3, steady: 3.5 });
      const found = await measureChoice(choice, device, { budget });
      expect(found).toEqual({
        chosen: 'quick',
        microseconds: { slow: 2000, middling: 1000, quick: 500, steady: 1500 },
      });
      expect(device.most).toBe(most);
      expect(device.bytes).toBe(0);
    },
  );

  test('a device that slows down does not favour those that came first', async () => {
    const device = fakeDevice();
    let ended = 0;
    const load = device.load;
    device.load = async (plan) => {
      const executable = await load(plan);
      if (kernelOf(plan) !== 'middling') return executable;
      const dispose = (): void => {
        executable.dispose();
        ended++;
      };
      return { ...executable, dispose };
    };
    // Check, one run, race: after the third `middling` is gone and `quick` has its turn.
    device.pace = () => (ended >= 3 ? 4 : 1);
    const found = await measureChoice(doublingChoice({ slow: 1, middling: 2, quick: 3 }), device, {
      budget: 1,
    });
    expect(found?.chosen).toBe('quick');
    const { slow, middling, quick } = found!.microseconds;
    expect(slow! / quick!).toBeCloseTo(4, 2);
    expect(slow! / middling!).toBeCloseTo(2, 2);
  });

  test('where too many at once find no memory, pairs race; who finds none beside the likeliest is left out for now', async () => {
    const device = fakeDevice();
    device.capacity = 2.5 * TRIAL;
    const choice = doublingChoice({ slow: 1, middling: 2, quick: 3 });
    const found = await measureChoice(choice, device);
    expect(found).toEqual({ chosen: 'quick', microseconds: { slow: 2000, middling: 1000, quick: 500 } });
    device.capacity = 1.5 * TRIAL;
    const alone = await measureChoice(choice, device);
    expect(alone?.microseconds).toEqual({ slow: 2000, middling: null, quick: null });
    expect(alone?.transient).toEqual(['middling', 'quick']);
    expect(device.bytes).toBe(0);
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
    expect(first.plan.choices[0]).toMatchObject({ chosen: 'quick', by: 'measured' });
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
    const { plan } = await tuned(known, { forced }, estimates);
    expect(plan.explain()).toContain('double 4096: middling (forced, not slow, quick)');
    const pinnedHere = { get: () => 'middling', decider: () => 'resumed' as const };
    expect((await tuned(known, { forced: pinnedHere }, estimates)).plan.choices[0].by).toBe('resumed');
    expect((await tuned(known, {}, estimates)).plan.explain()).toContain('quick (measured, not');
    // A Map is meant as it says; a function may name what only some choices have, and a resumed run is told.
    const unknown = new Map([['double 4096', 'gone']]);
    await expect(tuned(known, { forced: unknown })).rejects.toThrow(OptionError);
    await expect(tuned(known, { forced: unknown })).rejects.toThrow(
      '[limits/tuned] double 4096 has no candidate gone; it has slow, quick',
    );
    const left = { kernel: 'slow', loads: [] };
    expect(await tuned(known, { autotune: 'full', forced: { get: () => 'gone' } })).toMatchObject(left);
    const noCandidate = vi.fn();
    const pinned = { get: () => 'gone', noCandidate };
    expect(await tuned(known, { autotune: 'full', forced: pinned })).toMatchObject(left);
    expect(noCandidate).toHaveBeenCalledWith(expect.objectContaining({ key: 'double 4096' }), 'gone');
  });

  test('a measured name that is no candidate any more leaves it to the cost model', async () => {
    const store = memoryStore(new Map([['double 4096', { chosen: 'gone', microseconds: { gone: 1 } }]]));
    expect(await tuned(store, {})).toMatchObject({ kernel: 'slow' });
  });

  test('keeps a failure for good only where it will come again', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const content = new Map<string, Measured>();
    const estimates = { slow: 1, broken: 1.5, quick: 2, astray: 3 };
    const device = fakeDevice();
    const load = device.load;
    device.load = (plan) =>
      kernelOf(plan) === 'quick' ? Promise.reject(new DeviceError('timeout')) : load(plan);
    const first = await tuned(memoryStore(content), { autotune: 'full' }, estimates, device);
    expect(first).toMatchObject({ kernel: 'slow', builds: 1 });
    expect(first.tuning.measurements.get('double 4096')?.microseconds).toMatchObject({ quick: null });
    expect(content.get('double 4096')?.microseconds).toEqual({ slow: 2000, broken: null, astray: null });
    const second = await tuned(memoryStore(content), { autotune: 'full' }, estimates);
    expect(second).toMatchObject({ kernel: 'quick' });
    const third = await tuned(memoryStore(content), { autotune: 'full' }, estimates);
    expect(third).toMatchObject({ kernel: 'quick', loads: [] });
    const none = new Map<string, Measured>();
    device.load = (plan) => (kernelOf(plan) ? Promise.reject(new DeviceError('timeout')) : load(plan));
    await tuned(memoryStore(none), { autotune: 'full' }, estimates, device);
    expect(none.size).toBe(0);
  });

  test('what was measured with other shaders is measured anew', async () => {
    const content = new Map<string, Measured>();
    await tuned(memoryStore(content), { autotune: 'full' });
    const kept = content.get('double 4096')!;
    expect(kept.shaders).toMatch(/^[0-9a-f]{8}$/);
    expect(await tuned(memoryStore(content), {})).toMatchObject({ kernel: 'quick', builds: 1 });
    const outdated = () => memoryStore(new Map([['double 4096', { ...kept, shaders: '00000000' }]]));
    expect(await tuned(outdated(), {})).toMatchObject({ kernel: 'slow', builds: 2, loads: [] });
    const again = await tuned(outdated(), { autotune: 'full' });
    expect(again).toMatchObject({ kernel: 'quick' });
    expect(again.loads).not.toEqual([]);
    expect(again.tuning.measurements.get('double 4096')?.shaders).toBe(undefined);
  });

  test('the hash of shaders is of what is compiled: what they import is as if it stood in them', () => {
    const { limits } = fakeDevice();
    const choiceWith = (wgsl: string): Choice => {
      const kernel = { ...doublingKernels.quick, wgsl };
      const choice = doublingChoice({ quick: 1 });
      const trial: Choice['trial'] = (b, name, size) => {
        const plain = choice.trial(b, name, size);
        const [x, y] = [plain.inputs[0].tensor, plain.outputs[0]];
        return { ...plain, emit: () => b.dispatch(kernel, { x, y }, { count: x.shape[0] }) };
      };
      return { ...choice, trial };
    };
    const hash = (wgsl: string) => shadersOf(choiceWith(wgsl), ['quick'], limits);
    const { wgsl } = doublingKernels.quick;
    const piece = sharedSources.get('linear_index');
    const importing = hash(`#import linear_index\n${wgsl}`);
    expect(importing).toBe(hash(`${piece}\n${wgsl}`));
    expect(importing).not.toBe(hash(`${piece?.replace('* threads', '+ threads')}\n${wgsl}`));
  });

  test('the hash of shaders follows their text and constants, and the candidates that are there', () => {
    const limits = fakeDevice().limits;
    const choice = doublingChoice({ slow: 1, quick: 2 });
    const hash = shadersOf(choice, ['slow', 'quick'], limits);
    expect(shadersOf(choice, ['quick', 'slow', 'gone'], limits)).toBe(hash);
    expect(shadersOf(choice, ['quick'], limits)).not.toBe(hash);
    const other: typeof choice = {
      ...choice,
      trial: (b, name, size) => choice.trial(b, name === 'quick' ? 'middling' : name, size),
    };
    expect(shadersOf(other, ['slow', 'quick'], limits)).not.toBe(hash);
  });
});

describe('the store in Node', () => {
  const measured = {
    chosen: 'quick',
    microseconds: { quick: 1.5, slow: 3, broken: null },
    shaders: '00c0ffee',
  };
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
      whole.replace('tuning/2', 'tuning/1'),
      whole.replace('adapter A', 'adapter C'),
      whole.replace('"chosen": "quick"', '"chosen": "broken"'),
      whole.replace('"chosen": "quick"', '"chosen": "constructor"'),
      whole.replace('1.5', '"fast"'),
      whole.replace('"00c0ffee"', '1'),
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
