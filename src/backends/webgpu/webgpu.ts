// The WebGPU backend: a device with its memory and pipelines, behind the contract of backend.ts.
import { DeviceError } from '../../core/errors.ts';
import { checkOptions } from '../../core/options.ts';
import type { Plan } from '../../core/plan.ts';
import { rootOf, sizeOf, type Tensor } from '../../core/tensor.ts';
import type { Backend, Executable } from '../backend.ts';
import { checkData, loadedTwice, parameterHomes } from '../shared.ts';
import { autotuneMode, makeTuning, type Tuning, type TuningOptions } from '../tuning.ts';
import { type Adapter, type DeviceOptions, requestDevice } from './device.ts';
import { type Loader, loadPlan } from './executable.ts';
import { tuningIdentity } from './identity.ts';
import { deviceMemory, elements } from './memory.ts';
import { slowPolling } from './node_wait.ts';
import { pipelineCache } from './pipelines.ts';
import { openTuningStore } from './tuning_store.ts';

export interface WebGpuOptions extends DeviceOptions, TuningOptions {}

export interface WebGpuBackend extends Backend {
  readonly name: 'webgpu';
  readonly device: GPUDevice;
  readonly software: boolean;
  readonly features: readonly string[];
  /** What was measured on this device, and how plans use it. */
  readonly tuning: Tuning;
  tune(plan: Plan): Promise<boolean>;
}

/**
 * Requests a GPU and makes the WebGPU backend; in a browser through navigator.gpu, in Node through `webgpu`.
 * @throws DeviceError when there is no adapter; the message names the ways out. OptionError for an unknown option or limit, or one
 * that the device does not grant.
 */
export async function webgpu(options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  checkOptions('webgpu', options, [
    'powerPreference',
    'precision',
    'limits',
    'autotune',
    'onTune',
    'tuneSignal',
  ] satisfies (keyof WebGpuOptions)[]);
  autotuneMode(options.autotune);
  const adapter = await requestDevice(options);
  const store = options.autotune === 'off' ? undefined : await openTuningStore(tuningIdentity(adapter));
  const tuning = await makeTuning(store, { ...options, forced: adapter.limits.tuned });
  return backendOf({ ...adapter, limits: { ...adapter.limits, tuned: tuning.tuned } }, tuning);
}

function backendOf(
  { device, limits, description, software, features }: Adapter,
  tuning: Tuning,
): WebGpuBackend {
  const memory = deviceMemory(device, limits);
  const pipelines = pipelineCache(device);
  let failure = '';
  let disposed = false;
  const lost = device.lost.then((info) => {
    const reason = disposed
      ? 'the backend was disposed of'
      : info.message || info.reason || 'no reason given';
    failure ||= `the GPU device is lost: ${reason}`;
    return reason;
  });
  device.addEventListener('uncapturederror', (event) => {
    failure ||= `the GPU reported an error: ${event.error.message}`;
  });

  const check = (): void => {
    if (disposed) throw new DeviceError('the WebGPU backend was disposed of');
    if (failure) throw new DeviceError(failure);
  };
  const loaded = new Set<Plan>();
  const homes = parameterHomes(description);
  let queue: Promise<void> = Promise.resolve();
  const finished = async (): Promise<void> => {
    await slowPolling(() => device.queue.onSubmittedWorkDone());
    check();
  };
  const loader: Loader = {
    device,
    memory,
    pipelines,
    timestamps: limits.timestamps,
    check,
    finished,
    disposed: (plan) => loaded.delete(plan),
  };

  /** Allocates and compiles a plan; a load that fails leaves nothing behind. */
  const load = async (plan: Plan): Promise<Executable> => {
    check();
    if (loaded.has(plan)) throw loadedTwice(plan);
    homes.settle(plan);
    const made: Tensor[] = [];
    let executable: Executable | undefined;
    let failed: unknown;
    device.pushErrorScope('validation');
    device.pushErrorScope('out-of-memory');
    const allocate = (): void => {
      for (const root of plan.roots) if (memory.allocate(root)) made.push(root);
    };
    try {
      executable = await loadPlan(plan, loader, allocate);
    } catch (error) {
      failed = error;
    }
    const [memoryError, validationError] = await Promise.all([
      device.popErrorScope(),
      device.popErrorScope(),
    ]);
    if (memoryError) {
      const bytes = plan.memory().total;
      failed = new DeviceError(
        `[${plan.name}] the GPU has no memory for ${bytes} bytes; use a smaller batch, window or model`,
      );
    } else if (validationError) {
      failed ??= new DeviceError(`[${plan.name}] ${validationError.message}`);
    }
    if (failed || !executable) {
      for (const root of made) memory.free(root);
      throw failed;
    }
    loaded.add(plan);
    return executable;
  };

  const backend: WebGpuBackend = {
    name: 'webgpu',
    description,
    software,
    features,
    limits,
    tuning,
    device,
    lost,
    async tune(plan) {
      check();
      return tuning.tune(plan, backend);
    },
    load(plan) {
      // One after the other: error scopes are a stack of the device, not of the load.
      const loading = queue.then(() => load(plan));
      queue = loading.then(
        () => {},
        () => {},
      );
      return loading;
    },
    write(t, data) {
      check();
      checkData(t, data);
      device.queue.writeBuffer(memory.buffer(t), 4 * t.offset, elements(t, data));
    },
    async read(t) {
      check();
      return readBack(device, memory.buffer(t), t);
    },
    release(tensors) {
      for (const t of tensors) {
        memory.free(rootOf(t));
        homes.leave(t);
      }
    },
    dispose() {
      disposed = true;
      homes.leaveAll();
      memory.freeAll();
      device.destroy();
    },
  };
  return backend;
}

async function readBack(
  device: GPUDevice,
  buffer: GPUBuffer,
  t: Tensor,
): Promise<Float32Array | Uint32Array> {
  const bytes = 4 * sizeOf(t.shape);
  const staging = device.createBuffer({
    label: `read ${t.name}`,
    size: bytes,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 4 * t.offset, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  try {
    await slowPolling(() => staging.mapAsync(GPUMapMode.READ));
    const copy = staging.getMappedRange().slice(0);
    return t.dtype === 'u32' ? new Uint32Array(copy) : new Float32Array(copy);
  } finally {
    staging.destroy();
  }
}
