// A loaded plan: a flat array of ready commands that one run encodes and submits.
import { DeviceError } from '../../core/errors.ts';
import { describeBinding, type Kernel } from '../../core/kernel.ts';
import type { Dispatch, Plan } from '../../core/plan.ts';
import { rootOf, sizeOf, type Tensor } from '../../core/tensor.ts';
import type { Executable, KernelTime } from '../backend.ts';
import { isLocal } from '../shared.ts';
import type { Memory } from './memory.ts';
import { type Pipelines, paramBytes } from './pipelines.ts';
import { profileCommands } from './timing.ts';

/** A step with everything resolved; nothing is made when it is encoded. */
export type Command =
  | {
      kind: 'dispatch';
      pipeline: GPUComputePipeline;
      bindGroup: GPUBindGroup;
      /** Byte offset of the params in the uniform arena; empty for a kernel without params. */
      offsets: Uint32Array;
      workgroups: readonly [number, number, number];
    }
  | { kind: 'copy'; from: GPUBuffer; fromBytes: number; to: GPUBuffer; toBytes: number; bytes: number }
  | { kind: 'clear'; buffer: GPUBuffer; offset: number; bytes: number };

export interface Loader {
  readonly device: GPUDevice;
  readonly memory: Memory;
  readonly pipelines: Pipelines;
  readonly timestamps: boolean;
  /** Throws when the device is lost or has reported an error. */
  check(): void;
  finished(): Promise<void>;
  /** Told when a plan gives its storage up. */
  disposed(plan: Plan): void;
}

/** Compiles everything a plan needs, whose tensors have their buffers already; the result's `run` allocates nothing. */
export async function loadPlan(plan: Plan, loader: Loader): Promise<Executable> {
  const { device, memory } = loader;
  const arena = uniformArena(device, plan);
  const groups = bindGroupCache(loader, arena?.buffer);
  const commands = await Promise.all(
    plan.steps.map(async (step): Promise<Command> => {
      if (step.kind === 'copy') {
        return {
          kind: 'copy',
          from: memory.buffer(step.from),
          fromBytes: 4 * step.from.offset,
          to: memory.buffer(step.to),
          toBytes: 4 * step.to.offset,
          bytes: 4 * sizeOf(step.to.shape),
        };
      }
      if (step.kind === 'clear') {
        const { tensor: t } = step;
        return { kind: 'clear', buffer: memory.buffer(t), offset: 4 * t.offset, bytes: 4 * sizeOf(t.shape) };
      }
      return {
        kind: 'dispatch',
        pipeline: await loader.pipelines.get(step),
        bindGroup: groups(step),
        offsets: arena?.offsets.get(step) ?? new Uint32Array(),
        workgroups: step.workgroups,
      };
    }),
  );
  let disposed = false;
  return {
    plan,
    run(steps = commands.length) {
      loader.check();
      if (disposed) throw new DeviceError(`[${plan.name}] was disposed of and cannot run`);
      const encoder = device.createCommandEncoder();
      encode(encoder, commands, steps);
      device.queue.submit([encoder.finish()]);
    },
    finished: loader.finished,
    async profile(): Promise<KernelTime[]> {
      loader.check();
      return profileCommands(plan, commands, loader);
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      loader.disposed(plan);
      arena?.buffer.destroy();
      for (const root of plan.roots) if (isLocal(root)) memory.free(root);
    },
  };
}

/** Encodes the first `steps` commands; dispatches that follow each other share one compute pass. */
export function encode(encoder: GPUCommandEncoder, commands: readonly Command[], steps: number): void {
  let pass: GPUComputePassEncoder | undefined;
  let pipeline: GPUComputePipeline | undefined;
  for (let i = 0; i < steps; i++) {
    const command = commands[i];
    if (command.kind === 'dispatch') {
      if (!pass) {
        pass = encoder.beginComputePass();
        pipeline = undefined;
      }
      if (command.pipeline !== pipeline) {
        pipeline = command.pipeline;
        pass.setPipeline(pipeline);
      }
      pass.setBindGroup(0, command.bindGroup, command.offsets, 0, command.offsets.length);
      const [x, y, z] = command.workgroups;
      pass.dispatchWorkgroups(x, y, z);
    } else {
      pass?.end();
      pass = undefined;
      encodeTransfer(encoder, command);
    }
  }
  pass?.end();
}

export function encodeTransfer(
  encoder: GPUCommandEncoder,
  command: Exclude<Command, { kind: 'dispatch' }>,
): void {
  if (command.kind === 'copy') {
    encoder.copyBufferToBuffer(command.from, command.fromBytes, command.to, command.toBytes, command.bytes);
  } else {
    encoder.clearBuffer(command.buffer, command.offset, command.bytes);
  }
}

/** All params of a plan in one uniform buffer, equal ones once, each at a multiple of 256 bytes. */
function uniformArena(
  device: GPUDevice,
  plan: Plan,
): { buffer: GPUBuffer; offsets: Map<Dispatch, Uint32Array> } | undefined {
  const alignment = 256;
  const places = new Map<string, Uint32Array>();
  const blocks: ArrayBuffer[] = [];
  const offsets = new Map<Dispatch, Uint32Array>();
  for (const step of plan.steps) {
    if (step.kind !== 'dispatch' || paramBytes(step.kernel) === 0) continue;
    const key = JSON.stringify([step.kernel.params, step.params]);
    let place = places.get(key);
    if (!place) {
      place = Uint32Array.of(blocks.length * alignment);
      places.set(key, place);
      blocks.push(packParams(step));
    }
    offsets.set(step, place);
  }
  if (blocks.length === 0) return undefined;
  const bytes = new Uint8Array(blocks.length * alignment);
  for (const [i, block] of blocks.entries()) bytes.set(new Uint8Array(block), i * alignment);
  const buffer = device.createBuffer({
    label: `${plan.name} params`,
    size: bytes.length,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, bytes);
  return { buffer, offsets };
}

function packParams({ kernel, params }: Dispatch): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(paramBytes(kernel)));
  Object.entries(kernel.params).forEach(([name, type], i) => {
    if (type === 'u32') view.setUint32(4 * i, params[name], true);
    else view.setFloat32(4 * i, params[name], true);
  });
  return view.buffer;
}

/** One bind group for each kernel and set of tensors; the number does not depend on T. */
function bindGroupCache(loader: Loader, uniforms: GPUBuffer | undefined): (step: Dispatch) => GPUBindGroup {
  const groups = new Map<string, GPUBindGroup>();
  return ({ kernel, tensors }) => {
    const names = Object.keys(kernel.bindings);
    // A view has a handle of its own wherever it is taken; the storage and the range tell two apart.
    const key = [kernel.name, ...names.map((name) => storageKey(tensors[name]))].join(' ');
    let group = groups.get(key);
    if (!group) {
      group = loader.device.createBindGroup({
        label: kernel.name,
        layout: loader.pipelines.layout(kernel),
        entries: bindGroupEntries(kernel, tensors, loader.memory, uniforms),
      });
      groups.set(key, group);
    }
    return group;
  };
}

function storageKey(t: Tensor): string {
  return `${rootOf(t).id}:${t.offset}:${sizeOf(t.shape)}`;
}

function bindGroupEntries(
  kernel: Kernel,
  tensors: Readonly<Record<string, Tensor>>,
  memory: Memory,
  uniforms: GPUBuffer | undefined,
): GPUBindGroupEntry[] {
  const entries: GPUBindGroupEntry[] = Object.entries(kernel.bindings).map(([name, binding], i) => {
    const t = tensors[name];
    const buffer = memory.buffer(t);
    const offset = 4 * t.offset;
    // Read-only bindings of a whole buffer keep its padding, so that the last vec4 is there.
    const whole = t.base === undefined || describeBinding(binding).access === 'read';
    const size = whole
      ? Math.min(Math.ceil(sizeOf(t.shape) / 4) * 16, buffer.size - offset)
      : 4 * sizeOf(t.shape);
    return { binding: i + 1, resource: { buffer, offset, size } };
  });
  if (uniforms && paramBytes(kernel) > 0) {
    entries.unshift({ binding: 0, resource: { buffer: uniforms, offset: 0, size: paramBytes(kernel) } });
  }
  return entries;
}
