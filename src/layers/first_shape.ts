// The shape of the input, as the first layer of a sequential model may be told in place of `input({ shape })`.
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';

export interface FirstShape {
  /** The shape of the input without the batch, where the layer stands first in a model: [T,D], [D], [T] for ids. */
  inputShape?: readonly (number | null)[];
  /** The same with the batch before it, which is not looked at. */
  batchInputShape?: readonly (number | null)[];
}

export const firstShapeNames = ['inputShape', 'batchInputShape'] as const;

/**
 * What a layer's definition has of it.
 * @throws OptionError for what is no shape, or both options at once.
 */
export function firstShape(
  where: string,
  { inputShape, batchInputShape }: FirstShape,
): { inputShape?: readonly (number | null)[] } {
  if (inputShape !== undefined && batchInputShape !== undefined) {
    throw new OptionError(`[${where}] takes inputShape or batchInputShape, not both`);
  }
  const [name, given, from] =
    batchInputShape === undefined
      ? (['inputShape', inputShape, 0] as const)
      : (['batchInputShape', batchInputShape, 1] as const);
  if (given === undefined) return {};
  const shape = Array.isArray(given) ? given.slice(from) : [];
  if (shape.length > 0 && shape.every((n) => n === null || (Number.isSafeInteger(n) && n > 0))) {
    return { inputShape: shape };
  }
  throw new OptionError(
    `[${where}/${name}] must be an array of positive integers or null, such as ${from ? '[null, 10, 3]' : '[10, 3]'}, got ${shown(given)}`,
  );
}
