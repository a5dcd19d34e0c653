// Which steps a sequence has begun at: before its first valid step a recurrent layer has no output to repeat.
import wgsl from '../../shaders/mask_begun.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';

/** begun[t,n] = 1 where mask[s,n] is not 0 for a step s up to t, in reverse from t on. mask, begun [steps,batch]. */
export const maskBegunKernel = defineKernel({
  name: 'mask_begun',
  wgsl,
  bindings: { mask: 'read u32', begun: 'write u32' },
  params: { steps: 'u32', batch: 'u32', reverse: 'u32' },
  workgroups: (p) => [Math.ceil(p.batch / 64), 1, 1],
  reference({ mask, begun }, p) {
    for (let row = 0; row < p.batch; row++) {
      let seen = 0;
      for (let t = 0; t < p.steps; t++) {
        const at = (p.reverse === 1 ? p.steps - 1 - t : t) * p.batch + row;
        if (mask[at] !== 0) seen = 1;
        begun[at] = seen;
      }
    }
  },
  cost: (p) => ({ flops: 0, bytes: 8 * p.steps * p.batch }),
});

/** Returns the steps [T,N] u32 of a mask [T,N] from the first valid one on; with `reverse` from the last one back. */
export function begunOf(b: Builder, mask: Tensor, reverse: boolean): Tensor {
  return b.once(`begun ${mask.id} ${mask.offset} ${reverse}`, () => {
    const [steps, batch] = mask.shape;
    const begun = b.scratch('begun', mask.shape, 'u32');
    b.dispatch(maskBegunKernel, { mask, begun }, { steps, batch, reverse: reverse ? 1 : 0 });
    return begun;
  });
}
