// Recurrent cells in a stack, each of which reads the outputs of the one below at the same step.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, expectOptions, shown } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { type FirstShape, firstShape, firstShapeNames } from './first_shape.ts';
import { type GruOptions, gru } from './gru.ts';
import { defineLayer, type Layer, type Outputs } from './layer.ts';
import { publicShape } from './layout.ts';
import { type LstmOptions, lstm } from './lstm.ts';
import { isNamedConfig, type NamedConfig } from './named.ts';
import {
  inOrderOfComputation,
  masked,
  type RecurrentLayer,
  type RecurrentOptions,
  type RecurrentResult,
  type RunOptions,
  type SequenceOptions,
} from './recurrent.ts';
import { penalise, type RegularizerOption, regularizer, regularizerConfig } from './regularizers.ts';
import { type SimpleRnnOptions, simpleRNN } from './simple_rnn.ts';
import type { Applicable } from './symbolic.ts';
import { uniqueNames } from './unique_names.ts';

/** What a layer says of its sequence, and a cell does not. */
/** Options of a recurrent layer that its cell does not have. */
export type OptionsOfLayers =
  | 'returnSequences'
  | 'returnState'
  | 'goBackwards'
  | 'stateful'
  | 'zeroOutputForMask'
  | 'activityRegularizer'
  | 'unroll';

/** One step of a recurrent layer, for `rnn`; a layer itself: x [N,D] and the states, each [N,H], to [out, ...states]. */
export interface RecurrentCell extends Layer<readonly Tensor[]>, Applicable {
  /** The layer that has this cell. */
  readonly layer: RecurrentLayer<Outputs>;
  getConfig(): Record<string, unknown>;
}

/** The cell of `lstm`, with its options but for those of the sequence. */
export function lstmCell(options: Omit<LstmOptions, OptionsOfLayers>): RecurrentCell {
  return cellOf(['lstmCell', 'lstm_cell', 'LSTMCell'], options, lstm);
}

/** The cell of `gru`, with its options but for those of the sequence. */
export function gruCell(options: Omit<GruOptions, OptionsOfLayers>): RecurrentCell {
  return cellOf(['gruCell', 'gru_cell', 'GRUCell'], options, gru);
}

/** The cell of `simpleRNN`, with its options but for those of the sequence. */
export function simpleRNNCell(options: Omit<SimpleRnnOptions, OptionsOfLayers>): RecurrentCell {
  return cellOf(['simpleRNNCell', 'simple_rnn_cell', 'SimpleRNNCell'], options, simpleRNN);
}

const ofLayers: Readonly<Record<OptionsOfLayers, true>> = {
  ...{ returnSequences: true, returnState: true, goBackwards: true, stateful: true },
  ...{ zeroOutputForMask: true, activityRegularizer: true, unroll: true },
};

function cellOf<O extends RecurrentOptions>(
  [plain, name, className]: readonly [plain: string, name: string, className: string],
  options: Omit<O, OptionsOfLayers>,
  make: (options: O) => RecurrentLayer,
): RecurrentCell {
  expectOptions(plain, options, ['units', 'activation', 'dropout']);
  const foreign = Object.keys(options).find((option) => option in ofLayers);
  if (foreign)
    throw new OptionError(`[${name}] ${foreign} is an option of the layer: rnn({ cell, ${foreign} })`);
  const layer = make({ name, ...options } as unknown as O);
  const cell: RecurrentCell = defineLayer({
    ...{ name: layer.name, className, layer, trainable: options.trainable ?? true },
    outputs: 1 + layer.stateCount,
    build(b: Builder, x: Tensor, ...initialState: Tensor[]) {
      if (x.shape.length !== 2) {
        throw new ShapeError(
          `[${b.path || layer.name}] a cell takes one step [N, D], got ${show(publicShape(x))} (${x.name});` +
            ' rnn({ cell }) takes sequences',
        );
      }
      const one = b.view(x, 0, [1, ...x.shape]);
      const { last, states } = layer.run(b, one, initialState.length > 0 ? { initialState } : {});
      return [last, ...states];
    },
    getConfig: () => ({
      ...Object.fromEntries(Object.entries(layer.getConfig()).filter(([option]) => !(option in ofLayers))),
      trainable: cell.trainable ?? true,
    }),
  });
  return cell;
}

export interface RnnOptions extends Pick<RecurrentOptions, OptionsOfLayers>, FirstShape {
  /** A cell, or several from the lowest to the highest. */
  cell: RecurrentCell | NamedConfig | readonly (RecurrentCell | NamedConfig)[];
  activityRegularizer?: RegularizerOption;
  name?: string;
  /** False freezes the weights; default true. */
  trainable?: boolean;
}

export interface RnnLayer extends Layer<Outputs>, Applicable {
  readonly cells: readonly RecurrentCell[];
  readonly options: Readonly<RnnOptions>;
  /** Number of states of all cells. */
  readonly stateCount: number;
  /** Number of parameters for D input features. */
  parameterCount(features: number): number;
  /** Emits the layer; x [T,N,D]. `states` has those of all cells, from the lowest on. */
  run(b: Builder, x: Tensor, options?: RunOptions): RecurrentResult;
  /** The same layer with other options of its sequence. */
  with(options: SequenceOptions): RnnLayer;
  getConfig(): Record<string, unknown>;
}

/**
 * A recurrent layer of one cell or of a stack of cells: x [N,T,D] to [N,T,H] (`returnSequences`) or [N,H] of the highest.
 *
 *     rnn({ cell: [lstmCell({ units: 64 }), gruCell({ units: 32 })], returnSequences: true })
 *     rnn(lstmCell({ units: 64 }))
 *
 * Computed cell by cell over all steps, which gives what Keras' RNN(StackedRNNCells) computes step by step: a masked step
 * keeps the states of all cells. With `returnState`: [out, states of all cells from the lowest on]; initial states come in
 * the same order. Weights stand under the names of the cells: lstm_cell, lstm_cell_1, ...
 * @throws OptionError when there is no cell, or an option does not exist.
 */
export function rnn(given: RecurrentCell | readonly RecurrentCell[] | RnnOptions): RnnLayer {
  const options: RnnOptions = isCell(given) || isArray(given) ? { cell: given } : given;
  const { name = 'rnn' } = options ?? {};
  checkOptions(name, options, ['cell', 'name', 'trainable', ...firstShapeNames, ...Object.keys(ofLayers)]);
  const { returnSequences = false, returnState = false, goBackwards = false, trainable = true } = options;
  const { stateful = false, zeroOutputForMask = false } = options;
  const activityRegularizer = regularizer(options.activityRegularizer, `${name}/activityRegularizer`);
  const cells = cellsOf(name, options.cell);
  const names = uniqueNames(cells.map((cell) => cell.name));
  const layers = cells.map((cell, i) => cell.layer.with({ name: names[i], stateful }));
  const stateCount = layers.reduce((sum, layer) => sum + layer.stateCount, 0);

  const run: RnnLayer['run'] = (b, x, { initialState, reverse = goBackwards } = {}) => {
    if (initialState && initialState.length !== stateCount) {
      throw new OptionError(
        `[${b.path || name}] takes ${stateCount} initial states, those of all cells, got ${initialState.length}`,
      );
    }
    const mask = b.maskOf(x);
    const states: Tensor[] = [];
    let sequence = x;
    for (const layer of layers) {
      const own = initialState?.slice(states.length, states.length + layer.stateCount);
      const result = b.scope(layer.name, () => layer.run(b, sequence, { initialState: own, reverse }));
      sequence = result.sequence;
      states.push(...result.states);
    }
    const last = states[states.length - layers[layers.length - 1].stateCount];
    const given = initialState !== undefined || stateful;
    return masked(b, { sequence, last, states }, { mask, reverse, zeroOutput: zeroOutputForMask, given });
  };
  const layer: RnnLayer = defineLayer({
    ...{ name, className: 'RNN', trainable, cells, options, stateCount, run, inner: layers },
    ...firstShape(name, options),
    outputs: returnState ? 1 + stateCount : 1,
    parameterCount: (features: number) =>
      layers.reduce(
        (sum, it, i) => sum + it.parameterCount(i === 0 ? features : outputsOfCell(layers[i - 1])),
        0,
      ),
    with: (more: SequenceOptions) => rnn({ ...options, trainable: layer.trainable ?? true, ...more }),
    build(b: Builder, x: Tensor, ...initialState: Tensor[]): Outputs {
      const result = run(b, x, { initialState: initialState.length > 0 ? initialState : undefined });
      const out = returnSequences ? inOrderOfComputation(b, result.sequence, goBackwards) : result.last;
      const outputs = returnState ? [out, ...result.states] : [out];
      for (const y of outputs) penalise(b, y, activityRegularizer);
      return returnState ? outputs : out;
    },
    getConfig: () => ({
      ...{ name, trainable: layer.trainable ?? true },
      ...{ returnSequences, returnState, goBackwards, stateful, zeroOutputForMask },
      activityRegularizer: regularizerConfig(activityRegularizer),
      cell: cells.map((cell) => ({ className: cell.className, config: cell.getConfig() })),
    }),
  });
  return layer;
}

const factories: Readonly<Record<string, (config: never) => RecurrentCell>> = {
  GRUCell: (config) => gruCell(config),
  LSTMCell: (config) => lstmCell(config),
  SimpleRNNCell: (config) => simpleRNNCell(config),
};

function cellsOf(name: string, given: RnnOptions['cell'] | undefined): RecurrentCell[] {
  const list = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw new OptionError(`[${name}/cell] needs at least one cell`);
  return list.map((it: RecurrentCell | NamedConfig | undefined) => {
    if (isCell(it)) return it;
    if (isNamedConfig(it) && Object.hasOwn(factories, it.className)) {
      return factories[it.className]((it.config ?? {}) as never);
    }
    throw new OptionError(
      `[${name}/cell] must be a cell, such as lstmCell({ units }), or an array of them, got ${shown(it)}`,
    );
  });
}

function isCell(it: unknown): it is RecurrentCell {
  return typeof it === 'function' && 'layer' in it;
}

function isArray(it: unknown): it is readonly RecurrentCell[] {
  return Array.isArray(it);
}

function outputsOfCell({ cell, units }: RecurrentLayer<Outputs>): number {
  return cell.projection ?? units;
}
