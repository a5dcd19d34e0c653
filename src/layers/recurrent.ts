// A recurrent layer: the options that all of them have, and what a cell over time gives its layer.
import type { Builder } from '../core/builder.ts';
import { ShapeError, show } from '../core/errors.ts';
import { checkOptions, expectFlags } from '../core/options.ts';
import { expectCount, expectShape, type Tensor } from '../core/tensor.ts';
import { begunOf } from '../kernels/mask_begun.ts';
import { maskRows } from '../kernels/mask_rows.ts';
import { reverseTime } from '../kernels/reverse_time.ts';
import type { Cell } from './cell.ts';
import { dropped, expectRate } from './dropout.ts';
import { type FirstShape, firstShape, firstShapeNames } from './first_shape.ts';
import { defineLayer, type Layer, type Outputs } from './layer.ts';
import { publicShape } from './layout.ts';
import { passFractions } from './probabilities.ts';
import { type Lane, type RecurrenceOptions, recurrence } from './recurrence.ts';
import {
  type BiasInitial,
  recurrentWeights,
  type WeightOptions,
  weightConfig,
  weightOptionNames,
} from './recurrent_weights.ts';
import { penalise, type RegularizerOption, regularizer, regularizerConfig } from './regularizers.ts';
import { stateMask } from './state_mask.ts';
import type { Applicable } from './symbolic.ts';

export interface RecurrentOptions extends WeightOptions, FirstShape {
  units: number;
  /** Return the whole sequence [N,T,H] instead of the last output [N,H]; default false, as Keras. */
  returnSequences?: boolean;
  /** Return the last states as well: [out, h] or [out, h, c]; default false. */
  returnState?: boolean;
  /** From the last step to the first; a sequence comes in the order in which it is computed, as in Keras. Default false. */
  goBackwards?: boolean;
  /** Carry the last state of a run into the next; default false. */
  stateful?: boolean;
  /** The part of the inputs that is dropped in training, the same at all steps of a sequence; default 0. */
  dropout?: number;
  /** The part of h that is dropped in training before its product with R, the same at all steps of a sequence; default 0. */
  recurrentDropout?: number;
  /** Zeros in the output where the mask is 0, instead of the last valid output; default false. */
  zeroOutputForMask?: boolean;
  activityRegularizer?: RegularizerOption;
  /** Taken as Keras' configs have it; all steps are always laid out in the plan. */
  unroll?: boolean;
  name?: string;
  /** False freezes the weights; default true. */
  trainable?: boolean;
}

/** Options that say what becomes of the sequence, and leave the cell alone. */
export type SequenceOptions = Pick<
  RecurrentOptions,
  'name' | 'returnSequences' | 'returnState' | 'goBackwards' | 'stateful' | 'zeroOutputForMask'
>;

/** What a recurrent layer gives when it is used inside a larger construction, such as an encoder-decoder. */
export interface RecurrentResult {
  /** [T,N,H], in the order of time even when it is computed from the end. */
  sequence: Tensor;
  /** The last output [N,H]: the state after the last (valid) step that was computed. */
  last: Tensor;
  /** The last states: [h] or [h, c], each [N,H]; gradients may flow into them. */
  states: Tensor[];
}

export interface RunOptions {
  /** First states, each [N,H]; their gradients are left where `b.gradOf` finds them. */
  initialState?: readonly Tensor[] | undefined;
  /** From the last step to the first; default as the layer's `goBackwards`. */
  reverse?: boolean;
}

export interface RecurrentLayer<Output extends Outputs = Tensor> extends Layer<Output>, Applicable {
  readonly cell: Cell;
  readonly units: number;
  readonly options: Readonly<RecurrentOptions>;
  /** h alone, or h and c. */
  readonly stateCount: number;
  /** Number of parameters for D input features. */
  parameterCount(features: number): number;
  /** Emits the layer; x [T,N,D]. */
  run(b: Builder, x: Tensor, options?: RunOptions): RecurrentResult;
  /** Declares the weights for x [T,N,D], and says what one direction of a recurrence works on. */
  lane(b: Builder, x: Tensor, initialState?: readonly Tensor[]): Lane;
  /** How the layer runs over x, but for its direction. */
  recurrence(b: Builder, x: Tensor): Omit<RecurrenceOptions, 'reverse'>;
  /** The same layer with other options of its sequence. */
  with(options: SequenceOptions): RecurrentLayer<Outputs>;
  getConfig(): Record<string, unknown>;
}

/** What distinguishes the layers of different cells, beyond the cell. */
export interface RecurrentTraits {
  /** Keras' name of the class. */
  className: string;
  cell: Cell;
  /** Both biases as separate rows [2,G·H] that are simply added, as PyTorch keeps them. */
  twoBiasRows?: boolean;
  /** Options of this layer beyond those that all recurrent layers have, with their values. */
  options?: Readonly<Record<string, unknown>>;
  /** First values of the bias [rows, G·H], where they are not simply those of `biasInitializer`. */
  biasInitial?: BiasInitial;
}

const OPTIONS = [
  ...['units', 'returnSequences', 'returnState', 'goBackwards', 'stateful', 'dropout'],
  ...['recurrentDropout', 'zeroOutputForMask'],
  ...['activityRegularizer', 'unroll', 'name', 'trainable', ...firstShapeNames, ...weightOptionNames],
];

/** Makes a recurrent layer of a cell; its equations are those of `recurrence`. */
export function recurrentLayer(options: RecurrentOptions, traits: RecurrentTraits): RecurrentLayer {
  const { cell, className, options: own = {} } = traits;
  checkOptions(options?.name ?? cell.name, options, [...OPTIONS, ...Object.keys(own)]);
  const { returnSequences = false, returnState = false, goBackwards = false } = options;
  const { stateful = false, zeroOutputForMask = false, trainable = true, name = cell.name } = options;
  expectFlags(name, { returnSequences, returnState, goBackwards, stateful, zeroOutputForMask });
  const units = expectCount(options.units, `${name}/units`);
  const dropout = expectRate(options.dropout ?? 0, `${name}/dropout`);
  const recurrentDropout = expectRate(options.recurrentDropout ?? 0, `${name}/recurrentDropout`);
  const activityRegularizer = regularizer(options.activityRegularizer, `${name}/activityRegularizer`);
  const weights = recurrentWeights(name, {
    ...{ options, cell, units, twoBiasRows: traits.twoBiasRows, biasInitial: traits.biasInitial },
  });

  const lane = (b: Builder, x: Tensor, initial?: readonly Tensor[]): Lane => {
    expectSequence(b, b.path || name, x);
    const [, N, D] = x.shape;
    return {
      ...{ name, scope: (body) => body(), initial },
      x: dropped(b, x, dropout, N * D),
      stateMask: stateMask(b, [N, cell.projection ?? units], recurrentDropout),
      ...weights.declare(b, D),
    };
  };
  const settings = (b: Builder, x: Tensor) => {
    const mask = b.maskOf(x);
    if (mask) expectShape(mask, x.shape.slice(0, 2), `${name}/mask`, '[T, N]');
    return { cell, units, biasRows: weights.biasRows, mask, stateful };
  };
  const run = (b: Builder, x: Tensor, { initialState, reverse = goBackwards }: RunOptions = {}) => {
    const it = lane(b, x, initialState);
    const how = settings(b, x);
    const [{ sequence, states }] = recurrence(b, { ...how, reverse: reverse ? 1 : 0 }, [it]);
    const given = initialState !== undefined || stateful;
    const masking = { mask: how.mask, reverse, zeroOutput: zeroOutputForMask, given };
    return masked(b, { sequence, states, last: states[0] }, masking);
  };
  const build = (b: Builder, x: Tensor, ...initialState: Tensor[]): Outputs => {
    const result = run(b, x, { initialState: initialState.length > 0 ? initialState : undefined });
    const out = returnSequences ? inOrderOfComputation(b, result.sequence, goBackwards) : result.last;
    if (!returnSequences) lastOutputs(b).add(out);
    const outputs = returnState ? [out, ...result.states] : [out];
    for (const y of outputs) penalise(b, y, activityRegularizer);
    return returnState ? outputs : out;
  };

  const layer: RecurrentLayer<Outputs> = defineLayer({
    ...{ name, className, trainable, cell, units, options, lane, run, build },
    ...firstShape(name, options),
    stateCount: cell.states,
    outputs: returnState ? 1 + cell.states : 1,
    recurrence: settings,
    with: (more: SequenceOptions) =>
      recurrentLayer({ ...options, trainable: layer.trainable ?? true, ...more }, traits),
    parameterCount: (features: number) => weights.count(features),
    getConfig: () => ({
      ...{ name, trainable: layer.trainable ?? true, units },
      ...{ returnSequences, returnState, goBackwards, stateful, zeroOutputForMask, dropout },
      recurrentDropout,
      ...weightConfig(name, options),
      activityRegularizer: regularizerConfig(activityRegularizer),
      ...own,
    }),
  });
  // What `build` returns follows from `returnState`; the factories' signatures tell.
  return layer as RecurrentLayer;
}

function lastOutputs(b: Builder): Set<Tensor> {
  return b.once('last outputs', () => new Set());
}

/** Whether rows [N,H] are what a recurrent layer returned without its sequence. */
function isLastOutput(b: Builder, x: Tensor): boolean {
  return lastOutputs(b).has(x);
}

/** @throws ShapeError unless x is a sequence of features. */
function expectSequence(b: Builder, where: string, x: Tensor): void {
  if (x.dtype !== 'f32') throw new ShapeError(`[${where}] takes features (f32), got ${x.dtype} (${x.name})`);
  if (x.shape.length !== 3) {
    throw new ShapeError(
      `[${where}] expected [N, T, D], got ${show(publicShape(x))} (${x.name}); ${
        isLastOutput(b, x)
          ? 'a recurrent layer below another needs `returnSequences: true`'
          : 'repeatVector or reshape make sequences of rows'
      }`,
    );
  }
}

/** What the outputs at masked steps depend on. */
export interface Masking {
  readonly mask: Tensor | undefined;
  readonly reverse: boolean;
  /** Zeros at all masked steps. */
  readonly zeroOutput: boolean;
  /** Whether states may differ from zero before the first valid step. */
  readonly given: boolean;
}

/**
 * What a run gives under its mask, which the sequence gets as well. Masked steps repeat the last valid output, and give
 * zeros before the first, as in Keras, or wherever `zeroOutput` asks for them.
 */
export function masked(
  b: Builder,
  { sequence, states, last }: RecurrentResult,
  { mask, reverse, zeroOutput, given }: Masking,
): RecurrentResult {
  if (!mask || !(zeroOutput || given)) {
    b.setMask(sequence, mask);
    return { sequence, last, states };
  }
  const counts = zeroOutput ? mask : begunOf(b, mask, reverse);
  const [T, N] = mask.shape;
  const y = maskRows(b, sequence, counts);
  passFractions(b, y, sequence);
  b.setMask(y, mask);
  return {
    sequence: y,
    states,
    // Emitted where it is asked for: most take the sequence alone.
    get last() {
      const end = maskRows(b, last, b.view(counts, reverse ? 0 : (T - 1) * N, [N]));
      passFractions(b, end, last);
      return end;
    },
  };
}

/** A sequence in the order in which it was computed; its mask stays in the order of time, as in Keras. */
export function inOrderOfComputation(b: Builder, sequence: Tensor, goBackwards: boolean): Tensor {
  if (!goBackwards) return sequence;
  const y = reverseTime(b, sequence);
  passFractions(b, y, sequence);
  b.setMask(y, b.maskOf(sequence));
  return y;
}
