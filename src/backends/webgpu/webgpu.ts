// The WebGPU backend: a device with its memory and pipelines, behind the contract of backend.ts.
import { DeviceError } from '../../core/errors.ts';
import { rootOf, sizeOf, type Tensor } from '../../core/tensor.ts';
import type { Backend } from '../backend.ts';
import { checkLength } from '../shared.ts';
import { type Adapter, type DeviceOptions, requestDevice } from './device.ts';
import { loadPlan } from './executable.ts';
import { deviceMemory, elements } from './memory.ts';
import { slowPolling } from './node_wait.ts';
import { pipelineCache } from './pipelines.ts';

export interface WebGpuBackend extends Backend {
  readonly name: 'webgpu';
  readonly device: GPUDevice;
  readonly software: boolean;
  readonly features: readonly string[];
}

/**
 * Requests a GPU and makes the WebGPU backend; in a browser through navigator.gpu, in Node through `webgpu`.
 * @throws DeviceError when there is no adapter; the message names the ways out.
 */
export async function webgpu(options: DeviceOptions = {}): Promise<WebGpuBackend> {
  return backendOf(await requestDevice(options));
}

function backendOf({ device, limits, description, software, features }: Adapter): WebGpuBackend {
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
    if (failure) throw new DeviceError(failure);
  };
  const finished = async (): Promise<void> => {
    await slowPolling(() => device.queue.onSubmittedWorkDone());
    check();
  };

  return {
    name: 'webgpu',
    description,
    software,
    features,
    limits,
    device,
    lost,
    async load(plan) {
      check();
      device.pushErrorScope('validation');
      device.pushErrorScope('out-of-memory');
      let loaded: Awaited<ReturnType<typeof loadPlan>>;
      let errors: (GPUError | null)[];
      try {
        loaded = await loadPlan(plan, {
          device,
          memory,
          pipelines,
          timestamps: limits.timestamps,
          check,
          finished,
        });
      } finally {
        errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
      }
      const [memoryError, validationError] = errors;
      if (memoryError) {
        throw new DeviceError(`[${plan.name}] the GPU has no memory for ${plan.memory().total} bytes`);
      }
      if (validationError) throw new DeviceError(`[${plan.name}] ${validationError.message}`);
      return loaded;
    },
    write(t, data) {
      check();
      checkLength(t, data);
      device.queue.writeBuffer(memory.buffer(t), 4 * t.offset, elements(t, data));
    },
    async read(t) {
      check();
      return readBack(device, memory.buffer(t), t);
    },
    release(tensors) {
      for (const t of tensors) memory.free(rootOf(t));
    },
    dispose() {
      disposed = true;
      memory.freeAll();
      device.destroy();
    },
  };
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
