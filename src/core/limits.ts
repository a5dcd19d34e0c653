// What a device allows and what it is good at: the numbers on which plans and specialisations decide.
import type { Tuned } from './choices.ts';
import { type DeviceModel, deviceModel } from './device_model.ts';
import { OptionError } from './errors.ts';
import { shown } from './options.ts';

/**
 * How kernels over all time steps may read the recurrent weights, which they read again in every step: f16 lets them
 * read halves, rounded once a run. Everything else, and every sum, is f32.
 */
export type Precision = 'f32' | 'f16';

/** The precision that a user gave. @throws OptionError for another word. */
export function expectPrecision(precision: Precision, where: string): Precision {
  if (precision !== 'f32' && precision !== 'f16') {
    throw new OptionError(`[${where}] must be 'f32' or 'f16', got ${shown(precision)}`);
  }
  return precision;
}

export interface Limits {
  /** Storage buffers one kernel may bind. */
  readonly storageBuffers: number;
  /** Bytes to which the start of a storage binding must be aligned. */
  readonly bindingAlignment: number;
  /** Largest storage binding, bytes. */
  readonly bindingBytes: number;
  /** Largest buffer, bytes. */
  readonly bufferBytes: number;
  /** Largest activation that is stored whole where it could be computed in parts, bytes. */
  readonly wholeBytes: number;
  /** Workgroup memory, bytes. */
  readonly workgroupBytes: number;
  /** Threads of one workgroup. */
  readonly workgroupThreads: number;
  /** Workgroups along one dimension of a dispatch. */
  readonly workgroups: number;
  /** False on software adapters, where a workgroup barrier costs more than the loads it saves. */
  readonly cheapBarriers: boolean;
  /** Whether `profile()` can ask the GPU itself for times. */
  readonly timestamps: boolean;
  readonly precision: Precision;
  /** What the cost models know of the device. */
  readonly model: DeviceModel;
  /** What measurements on this device found, which overrules the cost models. */
  readonly tuned?: Tuned;
}

/** The limits that every WebGPU implementation grants; the CPU backend uses them too. */
export const defaultLimits: Limits = {
  storageBuffers: 8,
  bindingAlignment: 256,
  bindingBytes: 128 * 1024 * 1024,
  bufferBytes: 256 * 1024 * 1024,
  wholeBytes: 64 * 1024 * 1024,
  workgroupBytes: 16384,
  workgroupThreads: 256,
  workgroups: 65535,
  cheapBarriers: true,
  timestamps: false,
  precision: 'f32',
  model: deviceModel('', false),
};
