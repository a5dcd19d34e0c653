// The masking layer: steps of nothing but one value do not count.
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { featureMask } from '../kernels/feature_mask.ts';
import { mergeMasks } from '../kernels/mask_merge.ts';
import { maskRows } from '../kernels/mask_rows.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { expectFeatures } from './shape.ts';

export interface MaskingOptions extends LayerOptions {
  /** Default 0. */
  maskValue?: number;
}

/**
 * x [N,T,D] with the mask [N,T] = whether any feature of a step is not `maskValue`; steps left out become zeros.
 * A mask that x has already leaves out its steps as well.
 * @throws OptionError for a value that is no number; ShapeError for what has no time.
 */
export function masking(options: MaskingOptions = {}): AppliedLayer {
  const { maskValue = 0 } = options;
  if (typeof maskValue !== 'number' || Number.isNaN(maskValue)) {
    throw new OptionError(`[masking/maskValue] must be a number, got ${shown(maskValue)}`);
  }
  return plainLayer({
    className: 'Masking',
    name: 'masking',
    options,
    config: { maskValue },
    build(b, name, x) {
      expectFeatures(name, x, 3);
      const own = featureMask(b, x, maskValue);
      const y = maskRows(b, x, own);
      const before = b.maskOf(x);
      b.setMask(y, before ? mergeMasks(b, before, own) : own);
      return y;
    },
  });
}
