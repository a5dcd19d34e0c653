// A loaded plan: a flat array of ready commands that one run encodes and submits.
import { DeviceError } from '../../core/errors.ts';
import type { Dispatch, Plan } from '../../core/plan.ts';
import type { Executable, KernelTime } from '../backend.ts';
import { isLocal, profileRuns } from '../shared.ts';
import { type CommandSources, encode, makeCommands } from './commands.ts';
import { profileCommands, timeRuns } from './timing.ts';

export interface Loader extends CommandSources {
  readonly timestamps: boolean;
  /** Throws when the device is lost or has reported an error. */
  check(): void;
  finished(): Promise<void>;
  /** Told when a plan gives its storage up. */
  disposed(plan: Plan): void;
}

/** Makes buffers and compiles everything a plan needs; the result's `run` makes nothing but an encoder. */
export async function loadPlan(plan: Plan, loader: Loader, allocate: () => void): Promise<Executable> {
  const { device, memory } = loader;
  const start = performance.now();
  // Started first: a driver compiles in threads of its own meanwhile.
  const compiled = loader.pipelines.compile(plan.steps.filter((s): s is Dispatch => s.kind === 'dispatch'));
  const starting = performance.now() - start;
  let allocating = 0;
  try {
    allocate();
    allocating = performance.now() - start - starting;
  } finally {
    // Also after a failure: what comes of the shaders must not be left unheard.
    await compiled;
  }
  const ready = performance.now();
  const { commands, uniforms } = makeCommands(plan, loader);
  const bound = performance.now();
  const expectLoaded = (): void => {
    loader.check();
    if (disposed) throw new DeviceError(`[${plan.name}] was disposed of and cannot run`);
  };
  let disposed = false;
  return {
    plan,
    loadTimes: { allocate: allocating, compile: ready - start - allocating, bind: bound - ready },
    run(steps) {
      expectLoaded();
      const encoder = device.createCommandEncoder();
      encode(encoder, commands, steps);
      device.queue.submit([encoder.finish()]);
    },
    finished: loader.finished,
    async profile(): Promise<KernelTime[]> {
      return profileRuns(() => {
        expectLoaded();
        return profileCommands(plan, commands, loader);
      });
    },
    async time(runs) {
      expectLoaded();
      return timeRuns(commands, runs, loader);
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      loader.disposed(plan);
      uniforms?.destroy();
      for (const root of plan.roots) if (isLocal(root)) memory.free(root);
    },
  };
}
