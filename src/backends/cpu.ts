// The CPU backend: runs a plan by calling the reference of each kernel, in f32 or f64.
import { deviceModel } from '../core/device_model.ts';
import { DeviceError, OptionError } from '../core/errors.ts';
import type { FloatArray } from '../core/kernel.ts';
import { checkLimits, defaultLimits, type GivenLimits } from '../core/limits.ts';
import { checkOptions, shown } from '../core/options.ts';
import type { Plan, Step } from '../core/plan.ts';
import { rootOf, sizeOf, type Tensor } from '../core/tensor.ts';
import type { Backend, Executable } from './backend.ts';
import {
  addTime,
  checkData,
  isLocal,
  loadedTwice,
  noStorage,
  parameterHomes,
  profileRuns,
  type TimeRows,
} from './shared.ts';

export interface CpuOptions {
  /** Storage of every float tensor; f64 makes gradient checks sharp. */
  precision?: 'f32' | 'f64';
  /** Limits to pretend to, so that a plan made for another device can be run here. */
  limits?: GivenLimits;
}

/**
 * Makes the CPU backend; it needs no GPU and gives the same plan the same meaning.
 * @throws OptionError for an unknown option or limit.
 */
export function cpu(options: CpuOptions = {}): Backend {
  checkOptions('cpu', options, ['precision', 'limits'] satisfies (keyof CpuOptions)[]);
  const { precision = 'f32' } = options;
  const limits = checkLimits('cpu/limits', options.limits);
  if (precision !== 'f32' && precision !== 'f64') {
    throw new OptionError(`[cpu/precision] must be 'f32' or 'f64', got ${shown(precision)}`);
  }
  const storages = new Map<Tensor, FloatArray | Uint32Array>();
  const loaded = new Set<Plan>();
  const description = `CPU reference (${precision})`;
  const homes = parameterHomes(description);
  let disposed = false;

  const check = (): void => {
    if (disposed) throw new DeviceError('the CPU backend was disposed of');
  };
  const allocate = (root: Tensor): void => {
    if (storages.has(root)) return;
    const size = sizeOf(root.shape);
    let whole: FloatArray | Uint32Array;
    if (root.dtype === 'u32') whole = new Uint32Array(size);
    else whole = precision === 'f64' ? new Float64Array(size) : new Float32Array(size);
    if (root.initial) whole.set(root.initial());
    storages.set(root, whole);
  };
  const storage = (t: Tensor): FloatArray | Uint32Array => {
    check();
    const root = rootOf(t);
    const whole = storages.get(root);
    if (!whole) throw noStorage(t);
    return t === root ? whole : whole.subarray(t.offset, t.offset + sizeOf(t.shape));
  };

  const write = (t: Tensor, data: ArrayLike<number>): void => {
    checkData(t, data);
    storage(t).set(data);
  };

  return {
    name: 'cpu',
    description,
    // A dispatch costs little here, so that the plan with the simplest kernels is the one to take.
    limits: { ...defaultLimits, model: deviceModel('', true), ...limits },
    lost: new Promise(() => {}),
    async load(plan: Plan): Promise<Executable> {
      check();
      if (loaded.has(plan)) throw loadedTwice(plan);
      homes.settle(plan);
      loaded.add(plan);
      const start = performance.now();
      for (const root of plan.roots) allocate(root);
      const allocated = performance.now();
      const commands = plan.steps.map((step) => compile(step, storage));
      const bound = performance.now();
      const expectLoaded = (): void => {
        check();
        if (!loaded.has(plan)) throw new DeviceError(`[${plan.name}] was disposed of and cannot run`);
      };
      return {
        plan,
        loadTimes: { allocate: allocated - start, compile: 0, bind: bound - allocated },
        run(steps = commands.length) {
          expectLoaded();
          for (let i = 0; i < steps; i++) commands[i]();
        },
        async finished() {},
        async profile() {
          return profileRuns(() => {
            expectLoaded();
            return profile(plan, commands);
          });
        },
        async time(runs) {
          check();
          const begun = performance.now();
          for (let i = 0; i < runs; i++) for (const command of commands) command();
          return performance.now() - begun;
        },
        dispose() {
          if (!loaded.delete(plan)) return;
          for (const root of plan.roots) if (isLocal(root)) storages.delete(root);
        },
      };
    },
    write,
    async read(t) {
      return storage(t).slice();
    },
    release(tensors) {
      for (const t of tensors) {
        storages.delete(rootOf(t));
        homes.leave(t);
      }
    },
    dispose() {
      disposed = true;
      homes.leaveAll();
      storages.clear();
    },
  };
}

function compile(step: Step, storage: (t: Tensor) => FloatArray | Uint32Array): () => void {
  if (step.kind === 'clear') {
    const target = storage(step.tensor);
    return () => target.fill(0);
  }
  if (step.kind === 'copy') {
    const from = storage(step.from);
    const to = storage(step.to);
    return () => to.set(from);
  }
  const { kernel, params } = step;
  const tensors = Object.fromEntries(Object.entries(step.tensors).map(([name, t]) => [name, storage(t)]));
  return () => kernel.reference(tensors as Parameters<typeof kernel.reference>[0], params);
}

function profile(plan: Plan, commands: (() => void)[]): TimeRows {
  const rows: TimeRows = new Map();
  plan.steps.forEach((step, i) => {
    const start = performance.now();
    commands[i]();
    addTime(rows, step, performance.now() - start);
  });
  return rows;
}
