// The time of each kernel of a plan: by timestamp queries where the device has them, else one submit a step.
import type { Plan } from '../../core/plan.ts';
import type { KernelTime } from '../backend.ts';
import { addTime, sortTimes, type TimeRows } from '../shared.ts';
import { type Command, encode, encodeTransfer, type Loader } from './executable.ts';

/** Dispatches measured in one submit; a query set holds at most 4096 timestamps. */
const BLOCK = 2048;

export async function profileCommands(
  plan: Plan,
  commands: readonly Command[],
  loader: Loader,
): Promise<KernelTime[]> {
  const rows: TimeRows = new Map();
  if (!loader.timestamps) {
    for (let i = 0; i < commands.length; i++) {
      const start = performance.now();
      const encoder = loader.device.createCommandEncoder();
      encode(encoder, [commands[i]], 1);
      loader.device.queue.submit([encoder.finish()]);
      await loader.finished();
      addTime(rows, plan.steps[i], performance.now() - start);
    }
    return sortTimes(rows);
  }
  for (let first = 0; first < commands.length; first += BLOCK) {
    const block = commands.slice(first, first + BLOCK);
    const ticks = await timestamps(block, loader);
    block.forEach((command, i) => {
      if (command.kind !== 'dispatch') return;
      const nanoseconds = Number(ticks[2 * i + 1] - ticks[2 * i]);
      addTime(rows, plan.steps[first + i], Math.max(0, nanoseconds) / 1e6);
    });
  }
  return sortTimes(rows);
}

async function timestamps(commands: readonly Command[], loader: Loader): Promise<BigUint64Array> {
  const { device } = loader;
  const count = 2 * commands.length;
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
  commands.forEach((command, i) => {
    if (command.kind !== 'dispatch') {
      encodeTransfer(encoder, command);
      return;
    }
    const pass = encoder.beginComputePass({
      timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
    });
    pass.setPipeline(command.pipeline);
    pass.setBindGroup(0, command.bindGroup, command.offsets, 0, command.offsets.length);
    pass.dispatchWorkgroups(...command.workgroups);
    pass.end();
  });
  encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, 8 * count);
  device.queue.submit([encoder.finish()]);
  await loader.finished();
  await staging.mapAsync(GPUMapMode.READ);
  const ticks = new BigUint64Array(staging.getMappedRange().slice(0));
  staging.destroy();
  resolved.destroy();
  querySet.destroy();
  return ticks;
}
