// Gives GPU buffers to tensors: one buffer for each tensor that owns storage, made once and never in a step.
import { smaller } from '../../core/bindings.ts';
import { DeviceError, show } from '../../core/errors.ts';
import type { Limits } from '../../core/limits.ts';
import { rootOf, sizeOf, type Tensor } from '../../core/tensor.ts';
import { noStorage } from '../shared.ts';

export interface Memory {
  /** Makes the buffer of a root, zeroed or filled with `initial`; false when it has one already. */
  allocate(root: Tensor): boolean;
  /** The buffer that a tensor's storage lies in. @throws DeviceError when it has none. */
  buffer(t: Tensor): GPUBuffer;
  free(root: Tensor): void;
  freeAll(): void;
}

/** Makes the memory of a device. */
export function deviceMemory(device: GPUDevice, limits: Limits): Memory {
  const buffers = new Map<Tensor, GPUBuffer>();
  return {
    allocate(root) {
      if (buffers.has(root)) return false;
      // Multiples of 16 bytes, so that kernels may see any buffer as vec4 elements.
      const size = Math.ceil(sizeOf(root.shape) / 4) * 16;
      if (size > limits.bufferBytes) {
        throw new DeviceError(
          `[${root.name}] ${show(root.shape)} takes ${size} bytes, this device allows ${limits.bufferBytes} a buffer;` +
            ` ${smaller(root)}`,
        );
      }
      const buffer = device.createBuffer({
        label: root.name,
        size,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
      buffers.set(root, buffer);
      if (root.initial) device.queue.writeBuffer(buffer, 0, elements(root, root.initial()));
      return true;
    },
    buffer(t) {
      const buffer = buffers.get(rootOf(t));
      if (!buffer) throw noStorage(t);
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

/** Numbers as the elements of a tensor, ready for the GPU; the very array where it is one already. */
export function elements(
  t: Tensor,
  data: ArrayLike<number>,
): Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  const Kind = t.dtype === 'u32' ? Uint32Array : Float32Array;
  if (data instanceof Kind && data.buffer instanceof ArrayBuffer) return data as Float32Array<ArrayBuffer>;
  // The constructor copies a typed array at once; `from` would go through it as through any iterable.
  return new Kind(data);
}
