// Gives GPU buffers to tensors: one buffer for each tensor that owns storage, made once and never in a step.
import { DeviceError, show } from '../../core/errors.ts';
import type { Limits } from '../../core/limits.ts';
import { rootOf, sizeOf, type Tensor } from '../../core/tensor.ts';

export interface Memory {
  /** The buffer of the tensor's storage; made, zeroed and filled with `initial` at the first call. */
  buffer(t: Tensor): GPUBuffer;
  free(root: Tensor): void;
  freeAll(): void;
}

/** Makes the memory of a device. */
export function deviceMemory(device: GPUDevice, limits: Limits): Memory {
  const buffers = new Map<Tensor, GPUBuffer>();
  return {
    buffer(t) {
      const root = rootOf(t);
      let buffer = buffers.get(root);
      if (!buffer) {
        // Multiples of 16 bytes, so that kernels may see any buffer as vec4 elements.
        const size = Math.ceil(sizeOf(root.shape) / 4) * 16;
        if (size > limits.bufferBytes) {
          throw new DeviceError(
            `[${root.name}] ${show(root.shape)} takes ${size} bytes, this device allows ${limits.bufferBytes} a buffer;` +
              ' use a smaller batch, window or model',
          );
        }
        buffer = device.createBuffer({
          label: root.name,
          size,
          usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
        });
        if (root.initial) device.queue.writeBuffer(buffer, 0, elements(root, root.initial()));
        buffers.set(root, buffer);
      }
      return buffer;
    },
    free(root) {
      buffers.get(root)?.destroy();
      buffers.delete(root);
    },
    freeAll() {
      for (const buffer of buffers.values()) buffer.destroy();
      buffers.clear();
    },
  };
}

/** Numbers as the elements of a tensor, ready for the GPU. */
export function elements(
  t: Tensor,
  data: ArrayLike<number>,
): Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  if (t.dtype === 'u32') return Uint32Array.from(data);
  return Float32Array.from(data);
}
