// What a device allows and what it is good at: the numbers on which plans and specialisations decide.
import { type Tuned, tunedBy } from './choices.ts';
import { type DeviceModel, deviceModel } from './device_model.ts';
import { OptionError } from './errors.ts';
import { checkOptions, shown } from './options.ts';

/**
 * What kernels may round to f16 while they compute: the recurrent weights, which kernels over all time steps read again
 * in every step, and the operands of matrix products where the device has f16. What is stored, and every sum, is f32.
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
  /** Whether matrix products may take operands in f16 (`shader-f16`): where the precision allows and the device can. */
  readonly halves: boolean;
  /**
   * Rows and columns of the square matrices that a subgroup multiplies at once, f16 with sums in f32
   * (`chromium-experimental-subgroup-matrix`); 0 where there are none, or the precision does not allow them.
   */
  readonly matrixSide: number;
  /** Threads of the largest subgroup; 0 where there are no such matrices. */
  readonly subgroupThreads: number;
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
  halves: false,
  matrixSide: 0,
  subgroupThreads: 0,
  model: deviceModel('', false),
};

/** Limits as users write them; `tuned` may be an object `{ key: name }` too. */
export type GivenLimits = Partial<Omit<Limits, 'tuned'>> & {
  readonly tuned?: Tuned | Readonly<Record<string, string>>;
};

/**
 * Checks limits that a user gave, and leaves out what is undefined.
 * @throws OptionError for an unknown name, or a value that no device could have.
 */
export function checkLimits(where: string, given: GivenLimits = {}): Partial<Limits> {
  checkOptions(where, given, [...Object.keys(defaultLimits), 'tuned']);
  const checked = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, checkLimit(`${where}/${name}`, name as keyof Limits, value)]],
  );
  return Object.fromEntries(checked);
}

function checkLimit(where: string, name: keyof Limits, value: unknown): unknown {
  if (name === 'tuned') return tunedBy(value, where);
  if (name === 'precision') return expectPrecision(value as Precision, where);
  if (name === 'model') {
    const numbers = Object.keys(defaultLimits.model);
    checkOptions(where, value, numbers);
    for (const key of numbers) {
      const number = (value as Record<string, unknown>)[key];
      if (typeof number === 'number' && number >= 0 && Number.isFinite(number)) continue;
      throw new OptionError(`[${where}/${key}] must be a number from 0 on, got ${shown(number)}`);
    }
  } else if (typeof defaultLimits[name] === 'boolean') {
    if (typeof value !== 'boolean')
      throw new OptionError(`[${where}] must be true or false, got ${shown(value)}`);
  } else {
    // Bindings start at an element, 4 bytes each.
    const step = name === 'bindingAlignment' ? 4 : 1;
    const least = name === 'matrixSide' || name === 'subgroupThreads' ? 0 : 1;
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) % step !== 0) {
      const wanted = step === 1 ? `an integer from ${least} on` : `a multiple of ${step}`;
      throw new OptionError(`[${where}] must be ${wanted}, got ${shown(value)}`);
    }
  }
  return value;
}

/** @throws OptionError for more than the device has granted. */
export function expectGranted(where: string, given: Partial<Limits>, granted: Limits): void {
  const largest = [
    'storageBuffers',
    'bindingBytes',
    'bufferBytes',
    'workgroupBytes',
    'workgroupThreads',
    'workgroups',
  ] as const;
  for (const name of largest) {
    const value = given[name];
    if (value !== undefined && value > granted[name]) {
      throw new OptionError(
        `[${where}/${name}] must be at most the ${granted[name]} of this device, got ${value}`,
      );
    }
  }
  for (const name of ['matrixSide', 'subgroupThreads'] as const) {
    const value = given[name] ?? 0;
    if (value !== 0 && value !== granted[name]) {
      throw new OptionError(
        `[${where}/${name}] must be ${granted[name] === 0 ? '0 on this device' : `0 or the ${granted[name]} of this device`}, got ${value}`,
      );
    }
  }
  const { bindingAlignment = granted.bindingAlignment, timestamps, halves } = given;
  if (bindingAlignment % granted.bindingAlignment !== 0) {
    throw new OptionError(
      `[${where}/bindingAlignment] must be a multiple of the ${granted.bindingAlignment} of this device, got ${bindingAlignment}`,
    );
  }
  if (timestamps && !granted.timestamps) {
    throw new OptionError(`[${where}/timestamps] must be false: this device has none`);
  }
  if (halves && !granted.halves) {
    throw new OptionError(
      `[${where}/halves] must be false: this device has no shader-f16, or was not asked for precision 'f16'`,
    );
  }
}
