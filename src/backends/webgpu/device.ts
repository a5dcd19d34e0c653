// Finds an adapter in a browser or in Node, asks it for all it can give, and names it.
import { deviceModel } from '../../core/device_model.ts';
import { DeviceError } from '../../core/errors.ts';
import {
  checkLimits,
  defaultLimits,
  expectGranted,
  expectPrecision,
  type GivenLimits,
  type Limits,
  type Precision,
} from '../../core/limits.ts';
import { halvesFeatures, matricesOf } from './matrices.ts';

export interface Adapter {
  readonly device: GPUDevice;
  readonly limits: Limits;
  /** The adapter in words, such as `SwiftShader Device (software adapter)`. */
  readonly description: string;
  /** Everything by which this adapter and its driver can be told from others. */
  readonly identity: string;
  readonly software: boolean;
  readonly features: readonly string[];
}

export interface DeviceOptions {
  powerPreference?: GPUPowerPreference;
  /**
   * 'f16' lets recurrent kernels read the recurrent weights rounded to halves, in half the bytes, and, where the device
   * has `shader-f16`, matrix products round their operands, for matrices of subgroups where it has
   * `chromium-experimental-subgroup-matrix` as well; default 'f32'. What is stored and all sums stay f32. Numbers
   * above 65504 become infinite, and so do gradients above 64.
   */
  precision?: Precision;
  /**
   * Less than the adapter grants, for tests of code that works without. `tuned` forces choices: a plan takes the
   * candidate that `tuned` names for a key (`plan.explain()` lists both) before anything measured. `{ key: name }` or a
   * Map that names what is no candidate is refused with an OptionError when the plan is built; an object with a `get`
   * of its own may name what only some choices have.
   */
  limits?: GivenLimits;
}

const WAYS_OUT =
  'Ways out: a browser with WebGPU on a page served from localhost or https; in Node the `webgpu` package and a' +
  ' GPU driver, or `webgpu-rnn launch SCRIPT`, which brings a software adapter along; or the CPU backend, cpu().';

/**
 * Lets Dawn clear workgroup memory by a loop: SwiftShader writes out a store for each number where it is asked to clear
 * it, and takes seconds to compile 16 KiB.
 */
export const ZEROED_BY_LOOPS = 'disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension';

const nodeGpus = new Map<Precision, Promise<GPU>>();
/** Dawn's instances must stay referenced while GPU work goes on. */
const referenced: GPU[] = [];

/**
 * Requests a device.
 * @throws DeviceError when there is no WebGPU or no adapter; the message names the ways out. OptionError for a precision
 * or limits that do not exist, or that the device does not grant.
 */
export async function requestDevice(options: DeviceOptions = {}): Promise<Adapter> {
  const precision = expectPrecision(options.precision ?? defaultLimits.precision, 'webgpu/precision');
  const given = checkLimits('webgpu/limits', options.limits);
  const gpu = await findGpu(precision);
  const { adapter, device } = await open(gpu, precision, options);
  const matrices = await matricesOf(adapter, device);
  const info = adapter.info;
  const words = wordsOf(info);
  const software = isSoftware(info);
  const granted: Limits = {
    storageBuffers: device.limits.maxStorageBuffersPerShaderStage,
    bindingAlignment: defaultLimits.bindingAlignment,
    bindingBytes: device.limits.maxStorageBufferBindingSize,
    bufferBytes: device.limits.maxBufferSize,
    wholeBytes: defaultLimits.wholeBytes,
    workgroupBytes: device.limits.maxComputeWorkgroupStorageSize,
    workgroupThreads: device.limits.maxComputeInvocationsPerWorkgroup,
    workgroups: device.limits.maxComputeWorkgroupsPerDimension,
    cheapBarriers: !software,
    timestamps: device.features.has('timestamp-query'),
    precision,
    halves: device.features.has('shader-f16'),
    matrixSide: matrices?.side ?? 0,
    subgroupThreads: matrices?.threads ?? 0,
    model: deviceModel(words, software),
  };
  try {
    expectGranted('webgpu/limits', given, granted);
  } catch (error) {
    device.destroy();
    throw error;
  }
  return {
    device,
    software,
    description: describeAdapter(info, software),
    // Some browsers tell the driver; in Node the description names it.
    identity: [words, (info as { driver?: string }).driver].filter(Boolean).join(' ').trim(),
    features: [...adapter.features].sort(),
    limits: { ...granted, ...given },
  };
}

async function open(
  gpu: GPU,
  precision: Precision,
  options: DeviceOptions,
): Promise<{ adapter: GPUAdapter; device: GPUDevice }> {
  try {
    const { powerPreference } = options;
    const adapter = await gpu.requestAdapter(powerPreference ? { powerPreference } : {});
    if (!adapter) throw new DeviceError(`no WebGPU adapter was found. ${WAYS_OUT}`);
    const granted = adapter.limits;
    const wanted: string[] = ['timestamp-query', ...(precision === 'f16' ? halvesFeatures : [])];
    const device = await adapter.requestDevice({
      requiredFeatures: wanted.filter((name) => adapter.features.has(name)) as GPUFeatureName[],
      requiredLimits: {
        maxStorageBufferBindingSize: granted.maxStorageBufferBindingSize,
        maxBufferSize: granted.maxBufferSize,
        maxComputeWorkgroupStorageSize: granted.maxComputeWorkgroupStorageSize,
        maxComputeInvocationsPerWorkgroup: granted.maxComputeInvocationsPerWorkgroup,
        maxComputeWorkgroupSizeX: granted.maxComputeWorkgroupSizeX,
        maxStorageBuffersPerShaderStage: granted.maxStorageBuffersPerShaderStage,
      },
    });
    return { adapter, device };
  } catch (error) {
    if (error instanceof DeviceError) throw error;
    throw new DeviceError(`the GPU gave no device (${(error as Error).message}). ${WAYS_OUT}`);
  }
}

async function findGpu(precision: Precision): Promise<GPU> {
  if (typeof navigator !== 'undefined' && navigator.gpu) return navigator.gpu;
  if (typeof process === 'undefined' || !process.versions?.node) {
    throw new DeviceError(`this browser or page has no WebGPU (navigator.gpu is missing). ${WAYS_OUT}`);
  }
  let found = nodeGpus.get(precision);
  if (!found) {
    found = startDawn(precision);
    nodeGpus.set(precision, found);
    found.catch(() => nodeGpus.delete(precision));
  }
  return found;
}

async function startDawn(precision: Precision): Promise<GPU> {
  // A name in a variable keeps bundlers for the web from looking for the native package.
  const name = 'webgpu';
  let dawn: { create(options: string[]): GPU; globals: object };
  try {
    dawn = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (error) {
    throw new DeviceError(
      `the package \`webgpu\` cannot be loaded (${(error as Error).message}). ${WAYS_OUT}`,
    );
  }
  Object.assign(globalThis, dawn.globals);
  const start = (options: string[]): GPU => {
    const gpu = dawn.create(options);
    referenced.push(gpu);
    return gpu;
  };
  try {
    // Matrices of subgroups are no standard yet: Dawn keeps them to itself unless they are asked for.
    const options = precision === 'f16' ? ['enable-dawn-features=allow_unsafe_apis'] : [];
    const gpu = start(options);
    const adapter = await gpu.requestAdapter();
    return adapter && isSoftware(adapter.info) ? start([...options, ZEROED_BY_LOOPS]) : gpu;
  } catch (error) {
    throw new DeviceError(`WebGPU cannot be started (${(error as Error).message}). ${WAYS_OUT}`);
  }
}

function wordsOf({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  return [vendor, architecture, device, description].join(' ');
}

function isSoftware(info: GPUAdapterInfo): boolean {
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(wordsOf(info));
}

function describeAdapter(info: GPUAdapterInfo, software: boolean): string {
  const words = info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(' ');
  const name = words || 'unnamed adapter';
  return software ? `${name} (software adapter)` : name;
}
