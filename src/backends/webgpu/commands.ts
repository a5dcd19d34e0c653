// The steps of a plan with everything resolved, and their encoding: nothing is made in a step but the encoder itself.
import { describeBinding, type Kernel } from '../../core/kernel.ts';
import type { Dispatch, Plan } from '../../core/plan.ts';
import { rootOf, sizeOf, type Tensor } from '../../core/tensor.ts';
import type { Memory } from './memory.ts';
import { type Pipelines, paramBytes } from './pipelines.ts';

export interface DispatchCommand {
  readonly kind: 'dispatch';
  readonly pipeline: GPUComputePipeline;
  /** Storage and params: a bind group for each distinct set of both. */
  readonly bindGroup: GPUBindGroup;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export type TransferCommand =
  | {
      readonly kind: 'copy';
      readonly from: GPUBuffer;
      readonly fromBytes: number;
      readonly to: GPUBuffer;
      readonly toBytes: number;
      readonly bytes: number;
    }
  | { readonly kind: 'clear'; readonly buffer: GPUBuffer; readonly offset: number; readonly bytes: number };

export type Command = DispatchCommand | TransferCommand;

/** What the commands of a plan are made from. */
export interface CommandSources {
  readonly device: GPUDevice;
  readonly memory: Memory;
  readonly pipelines: Pipelines;
}

/** Resolves every step of a plan, whose tensors have their buffers and whose pipelines are compiled. */
export function makeCommands(
  plan: Plan,
  sources: CommandSources,
): { commands: Command[]; uniforms: GPUBuffer | undefined } {
  const { memory, pipelines } = sources;
  const arena = uniformArena(sources.device, plan);
  const groups = bindGroupCache(sources, arena?.buffer);
  const commands = plan.steps.map((step): Command => {
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
    const [x, y, z] = step.workgroups;
    const bindGroup = groups(step, arena?.offsets.get(step) ?? 0);
    return { kind: 'dispatch', pipeline: pipelines.get(step), bindGroup, x, y, z };
  });
  return { commands, uniforms: arena?.buffer };
}

/**
 * Encodes the first `steps` commands; dispatches that follow each other share one compute pass.
 * `writesOf` gives the timestamps of the pass that begins with a command.
 */
export function encode(
  encoder: GPUCommandEncoder,
  commands: readonly Command[],
  steps = commands.length,
  writesOf?: (first: number) => GPUComputePassTimestampWrites | undefined,
): void {
  let pass: GPUComputePassEncoder | undefined;
  let pipeline: GPUComputePipeline | undefined;
  let bindGroup: GPUBindGroup | undefined;
  for (let i = 0; i < steps; i++) {
    const command = commands[i];
    if (command.kind !== 'dispatch') {
      pass?.end();
      pass = undefined;
      encodeTransfer(encoder, command);
      continue;
    }
    if (!pass) {
      const timestampWrites = writesOf?.(i);
      pass = timestampWrites ? encoder.beginComputePass({ timestampWrites }) : encoder.beginComputePass();
      pipeline = undefined;
      bindGroup = undefined;
    }
    if (command.pipeline !== pipeline) {
      pipeline = command.pipeline;
      pass.setPipeline(pipeline);
    }
    if (command.bindGroup !== bindGroup) {
      bindGroup = command.bindGroup;
      pass.setBindGroup(0, bindGroup);
    }
    // Each argument costs a conversion in the binding, and most grids are lines.
    if (command.z !== 1) pass.dispatchWorkgroups(command.x, command.y, command.z);
    else if (command.y !== 1) pass.dispatchWorkgroups(command.x, command.y);
    else pass.dispatchWorkgroups(command.x);
  }
  pass?.end();
}

function encodeTransfer(encoder: GPUCommandEncoder, command: TransferCommand): void {
  if (command.kind === 'copy') {
    encoder.copyBufferToBuffer(command.from, command.fromBytes, command.to, command.toBytes, command.bytes);
  } else {
    encoder.clearBuffer(command.buffer, command.offset, command.bytes);
  }
}

/** Bytes to which a uniform binding's start must be aligned. */
const UNIFORM_ALIGNMENT = 256;

/** All params of a plan in one uniform buffer, equal ones once; `offsets` in bytes. */
function uniformArena(
  device: GPUDevice,
  plan: Plan,
): { buffer: GPUBuffer; offsets: Map<Dispatch, number> } | undefined {
  const places = new Map<string, number>();
  const distinct: Dispatch[] = [];
  const offsets = new Map<Dispatch, number>();
  for (const step of plan.steps) {
    if (step.kind !== 'dispatch' || paramBytes(step.kernel) === 0) continue;
    const key = JSON.stringify([step.kernel.params, step.params]);
    let place = places.get(key);
    if (place === undefined) {
      place = distinct.length * UNIFORM_ALIGNMENT;
      places.set(key, place);
      distinct.push(step);
    }
    offsets.set(step, place);
  }
  if (distinct.length === 0) return undefined;
  const view = new DataView(new ArrayBuffer(distinct.length * UNIFORM_ALIGNMENT));
  for (const [i, { kernel, params }] of distinct.entries()) {
    Object.entries(kernel.params).forEach(([name, type], j) => {
      const at = i * UNIFORM_ALIGNMENT + 4 * j;
      if (type === 'u32') view.setUint32(at, params[name], true);
      else view.setFloat32(at, params[name], true);
    });
  }
  const buffer = device.createBuffer({
    label: `${plan.name} params`,
    size: view.byteLength,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, view.buffer);
  return { buffer, offsets };
}

/**
 * One bind group for each layout, set of tensors and params: setting one that is whole costs a quarter less than giving
 * an offset each time (docs/performance.md).
 */
function bindGroupCache(
  { device, memory, pipelines }: CommandSources,
  uniforms: GPUBuffer | undefined,
): (step: Dispatch, params: number) => GPUBindGroup {
  const byLayout = new Map<GPUBindGroupLayout, Map<string, GPUBindGroup>>();
  return ({ kernel, tensors }, params) => {
    const layout = pipelines.layout(kernel);
    let groups = byLayout.get(layout);
    if (!groups) {
      groups = new Map();
      byLayout.set(layout, groups);
    }
    // A view has a handle of its own wherever it is taken; the storage and the range tell two apart.
    let key = `${params}`;
    for (const name in kernel.bindings) {
      const t = tensors[name];
      key += ` ${rootOf(t).id}:${t.offset}:${sizeOf(t.shape)}`;
    }
    let group = groups.get(key);
    if (!group) {
      const entries = bindGroupEntries(kernel, tensors, memory);
      if (uniforms && paramBytes(kernel) > 0) {
        entries.push({
          binding: 0,
          resource: { buffer: uniforms, offset: params, size: paramBytes(kernel) },
        });
      }
      group = device.createBindGroup({ label: kernel.name, layout, entries });
      groups.set(key, group);
    }
    return group;
  };
}

function bindGroupEntries(
  kernel: Kernel,
  tensors: Readonly<Record<string, Tensor>>,
  memory: Memory,
): GPUBindGroupEntry[] {
  return Object.entries(kernel.bindings).map(([name, binding], i) => {
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
}
