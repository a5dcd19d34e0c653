// Times on the device: of each kernel of a plan and of whole runs, by timestamp queries where there are any, else by the clock.
import { DeviceError } from '../../core/errors.ts';
import type { Plan } from '../../core/plan.ts';
import { addTime, type TimeRows } from '../shared.ts';
import { type Command, encode } from './commands.ts';
import type { Loader } from './executable.ts';

/** Dispatches measured in one submit; a query set holds at most 4096 timestamps. */
const BLOCK = 2048;

/** The time of each kernel and scope of a plan that runs once. */
export async function profileCommands(
  plan: Plan,
  commands: readonly Command[],
  loader: Loader,
): Promise<TimeRows> {
  const rows: TimeRows = new Map();
  if (!loader.timestamps) {
    for (let i = 0; i < commands.length; i++) {
      const start = performance.now();
      const encoder = loader.device.createCommandEncoder();
      encode(encoder, [commands[i]]);
      loader.device.queue.submit([encoder.finish()]);
      await loader.finished();
      addTime(rows, plan.steps[i], performance.now() - start);
    }
    return rows;
  }
  for (let first = 0; first < commands.length; first += BLOCK) {
    const block = commands.slice(first, first + BLOCK);
    const ticks = await timestamps(loader, 2 * block.length, (encoder, querySet) => {
      // A pass for each dispatch: timestamps are taken where passes begin and end.
      block.forEach((command, i) => {
        encode(encoder, [command], 1, () => ({
          querySet,
          beginningOfPassWriteIndex: 2 * i,
          endOfPassWriteIndex: 2 * i + 1,
        }));
      });
    });
    block.forEach((command, i) => {
      if (command.kind !== 'dispatch') return;
      const nanoseconds = Number(ticks[2 * i + 1] - ticks[2 * i]);
      addTime(rows, plan.steps[first + i], Math.max(0, nanoseconds) / 1e6);
    });
  }
  return rows;
}

/**
 * Milliseconds that so many runs of all commands take, in one submit.
 * @throws DeviceError when the device is lost or refuses the runs.
 */
export async function timeRuns(commands: readonly Command[], runs: number, loader: Loader): Promise<number> {
  const { device } = loader;
  const firstPass = commands.findIndex((c) => c.kind === 'dispatch');
  const lastPass = startOfLastPass(commands);
  const timed = loader.timestamps && firstPass >= 0;
  let submitted = 0;
  const encodeRuns = (encoder: GPUCommandEncoder, querySet?: GPUQuerySet): void => {
    for (let run = 0; run < runs; run++) {
      encode(
        encoder,
        commands,
        commands.length,
        querySet &&
          ((first) => {
            const begins = run === 0 && first === firstPass;
            const ends = run === runs - 1 && first === lastPass;
            if (!begins && !ends) return undefined;
            return {
              querySet,
              ...(begins && { beginningOfPassWriteIndex: 0 }),
              ...(ends && { endOfPassWriteIndex: 1 }),
            };
          }),
      );
    }
    submitted = performance.now();
  };
  // What these runs do wrong is their own failure, not one of the device.
  device.pushErrorScope('validation');
  let ticks: Promise<BigUint64Array> | undefined;
  if (timed) {
    ticks = timestamps(loader, 2, encodeRuns);
    // Awaited below, unless the device is found lost before.
    ticks.catch(() => {});
  } else {
    const encoder = device.createCommandEncoder();
    encodeRuns(encoder);
    device.queue.submit([encoder.finish()]);
  }
  const error = device.popErrorScope();
  await loader.finished();
  const clock = performance.now() - submitted;
  const refused = await error;
  const [begin, end] = (await ticks) ?? [0n, 0n];
  if (refused) throw new DeviceError(refused.message);
  const milliseconds = Number(end - begin) / 1e6;
  // Some drivers leave timestamps at zero, or count in another unit than they say.
  return milliseconds > 0 && milliseconds <= clock ? milliseconds : clock;
}

/** Index of the first dispatch after the last transfer that dispatches follow. */
function startOfLastPass(commands: readonly Command[]): number {
  let start = -1;
  for (const [i, { kind }] of commands.entries()) {
    if (kind === 'dispatch' && commands[i - 1]?.kind !== 'dispatch') start = i;
  }
  return start;
}

/** Submits what `body` encodes and reads `count` timestamps, in nanoseconds. */
async function timestamps(
  { device, finished }: Loader,
  count: number,
  body: (encoder: GPUCommandEncoder, querySet: GPUQuerySet) => void,
): Promise<BigUint64Array> {
  const querySet = device.createQuerySet({ type: 'timestamp', count });
  const resolved = device.createBuffer({
    size: 8 * count,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const staging = device.createBuffer({
    size: 8 * count,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  body(encoder, querySet);
  encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, 8 * count);
  device.queue.submit([encoder.finish()]);
  try {
    await finished();
    await staging.mapAsync(GPUMapMode.READ);
    return new BigUint64Array(staging.getMappedRange().slice(0));
  } finally {
    staging.destroy();
    resolved.destroy();
    querySet.destroy();
  }
}
