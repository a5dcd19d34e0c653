// Options that general cells share: activations with their parameters, and clips.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import type { ElementwiseName } from '../kernels/activation_kinds.ts';
import type { CellActivation } from '../kernels/cell_activations.ts';
import { type ActivationName, checkActivation, standardActivation } from './activation.ts';

/** An activation that treats each number by itself. */
export type CellActivationName = Exclude<ActivationName, 'softmax' | 'logSoftmax'>;

/** An elementwise activation by name, or with its parameters: `{ name: 'hardSigmoid', alpha: 0.2, beta: 0.5 }`. */
export type CellActivationOption =
  | CellActivationName
  | {
      readonly name: CellActivationName;
      readonly alpha?: number | undefined;
      readonly beta?: number | undefined;
    };

/**
 * The activation of a cell.
 * @throws OptionError for a name that does not exist or works on more than one unit, or an alpha or beta it does not have.
 */
export function cellActivation(given: CellActivationOption, where: string): CellActivation {
  const it = typeof given === 'object' && given !== null ? given : { name: given };
  checkOptions(where, it, ['name', 'alpha', 'beta']);
  checkActivation(where, it.name, it);
  const name = standardActivation(it.name);
  if (name !== 'softmax' && name !== 'logSoftmax') return { ...it, name };
  throw new OptionError(
    `[${where}] cannot be ${name}: it works on all units at once, a cell's activations on each unit alone;` +
      ` put a dense layer with activation '${name}' on top`,
  );
}

/** Whether an activation is the one of that name, with its usual parameters. */
export function isPlain({ name, alpha, beta }: CellActivation, wanted: ElementwiseName): boolean {
  return name === wanted && alpha === undefined && beta === undefined;
}

/** A positive number, or 0 where none was given. @throws OptionError for anything else. */
export function expectClip(value: number | undefined, where: string): number {
  if (value === undefined) return 0;
  if (!Number.isFinite(value) || value <= 0) {
    throw new OptionError(`[${where}] must be a positive number, got ${shown(value)}`);
  }
  return value;
}

/** Options that all cells have. */
export interface CellOptions {
  /** Layer normalisation inside the cell; default false. */
  layerNormalization?: boolean;
  /** Bounds the arguments of the activations of gates and candidate, as ONNX' clip; default none. */
  clip?: number;
}

/** @throws OptionError where a normalised cell is to have two biases that are simply added. */
export function expectOneBias(name: string, twoBiases: boolean | undefined): void {
  if (!twoBiases) return;
  throw new OptionError(
    `[${name}] has one bias where it is normalised (layerNormalization: true); leave \`twoBiases\` out`,
  );
}
