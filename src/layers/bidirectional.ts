// A layer that reads a sequence in both directions, and merges what it finds.
import type { Builder } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { type FirstShape, firstShape, firstShapeNames } from './first_shape.ts';
import { defineLayer, type Layer, type Outputs } from './layer.ts';
import { joined } from './movements.ts';
import { isNamedConfig, type NamedConfig } from './named.ts';
import { added, multiplied, scaled } from './operations.ts';
import { passFractions } from './probabilities.ts';
import { type Lane, recurrence } from './recurrence.ts';
import {
  inOrderOfComputation,
  masked,
  type RecurrentLayer,
  type RecurrentResult,
  type RunOptions,
} from './recurrent.ts';
import { recurrentOfConfig } from './recurrent_configs.ts';
import { penalise, regularizer } from './regularizers.ts';
import type { RnnLayer } from './rnn.ts';
import type { Applicable } from './symbolic.ts';

/** Layers that a bidirectional one can be made of. */
export type Directed = RecurrentLayer<Outputs> | RnnLayer;

export const mergeModes = ['concat', 'sum', 'ave', 'mul', 'none'] as const;
export type MergeMode = (typeof mergeModes)[number];

export interface BidirectionalOptions extends FirstShape {
  /** Read forward, and, where there is no `backwardLayer`, by a layer of the same options backward. */
  layer: Directed | NamedConfig;
  /** A layer with `goBackwards` opposite to that of `layer`. */
  backwardLayer?: Directed | NamedConfig | null;
  /** How the outputs of both directions become one; 'none', or null, gives both. Default concat. */
  mergeMode?: MergeMode | null;
  name?: string;
  /** False freezes the weights; default true. */
  trainable?: boolean;
}

export interface BidirectionalLayer extends Layer<Outputs>, Applicable {
  readonly forwardLayer: Directed;
  readonly backwardLayer: Directed;
  readonly mergeMode: MergeMode;
  /** Number of parameters for D input features. */
  parameterCount(features: number): number;
  /** Both directions, each in the order of time, under the names of their layers; x [T,N,D]. */
  run(b: Builder, x: Tensor, options?: Pick<RunOptions, 'initialState'>): [RecurrentResult, RecurrentResult];
  getConfig(): Record<string, unknown>;
}

/**
 * Both directions of a recurrent layer: x [N,T,D] to [N,T,2H] (`returnSequences` of the layer) or [N,2H], for concat.
 *
 *     bidirectional(lstm({ units: 64 })), or with options: bidirectional({ layer: lstm({ units: 64 }), mergeMode: 'sum' })
 *
 * Without sequences the output is that of the last step of each direction, which for the backward one is the first of
 * the sequence. With `returnState` of the layer: [out, states of the forward layer, states of the backward layer]; initial
 * states come in the same order. As in Keras, masked steps give zeros where sequences are returned, the last output
 * elsewhere. Weights: those of forward_<name>, then those of backward_<name>. Schuster and Paliwal 1997.
 * Both directions of an lstm, gru or simpleRNN go in the same dispatches.
 * @throws OptionError where the two layers do not go together.
 */
export function bidirectional(given: Directed | BidirectionalOptions): BidirectionalLayer {
  const options: BidirectionalOptions = isDirected(given) ? { layer: given } : given;
  const { name = 'bidirectional' } = options ?? {};
  checkOptions(name, options, [
    'layer',
    'backwardLayer',
    'mergeMode',
    'name',
    'trainable',
    ...firstShapeNames,
  ]);
  const { trainable = true } = options;
  const mergeMode = options.mergeMode === null ? 'none' : (options.mergeMode ?? 'concat');
  if (!mergeModes.includes(mergeMode)) {
    throw new OptionError(
      `[${name}/mergeMode] must be ${mergeModes.join(', ')} or null, got ${shown(mergeMode)}`,
    );
  }
  const [forward, backward] = children(name, options);
  const { returnSequences = false, returnState = false, goBackwards = false } = forward.options;
  const regularizers = [forward, backward].map((it) => regularizer(it.options.activityRegularizer));
  const merged = mergeMode === 'none' ? 2 : 1;

  const run: BidirectionalLayer['run'] = (b, x, { initialState } = {}) => {
    const halves = halved(name, forward, backward, initialState);
    return together(forward, backward)
      ? runTogether(b, [forward, backward], x, halves, returnSequences)
      : ([forward, backward].map((it, i) =>
          b.scope(it.name, () => it.run(b, x, { initialState: halves?.[i] })),
        ) as [RecurrentResult, RecurrentResult]);
  };
  const layer: BidirectionalLayer = defineLayer({
    ...{ name, className: 'Bidirectional', trainable, mergeMode, run },
    ...{ forwardLayer: forward, backwardLayer: backward, inner: [forward, backward] },
    ...firstShape(name, options),
    outputs: merged + (returnState ? 2 * ((forward.outputs ?? 1) - 1) : 0),
    parameterCount: (features: number) =>
      forward.parameterCount(features) + backward.parameterCount(features),
    build(b: Builder, x: Tensor, ...initialState: Tensor[]): Outputs {
      const results = run(b, x, initialState.length > 0 ? { initialState } : {});
      const outputs = results.map((it) => (returnSequences ? it.sequence : it.last));
      for (const [i, out] of outputs.entries()) {
        for (const y of returnState ? [out, ...results[i].states] : [out]) penalise(b, y, regularizers[i]);
      }
      const given = merge(b, mergeMode, outputs).map((y) =>
        returnSequences ? inOrderOfComputation(b, y, goBackwards) : y,
      );
      const all = returnState ? [...given, ...results.flatMap((it) => it.states)] : given;
      return all.length === 1 ? all[0] : all;
    },
    getConfig: () => ({
      ...{ name, trainable: layer.trainable ?? true, mergeMode },
      layer: { className: forward.className, config: forward.getConfig() },
      backwardLayer: { className: backward.className, config: backward.getConfig() },
    }),
  });
  return layer;
}

/** The layers of both directions, under their own names and as Keras sets them. */
function children(name: string, options: BidirectionalOptions): [Directed, Directed] {
  const of = (which: Directed | NamedConfig, option: string): Directed => {
    const made =
      isNamedConfig(which) && !('run' in which) ? recurrentOfConfig(which, `${name}/${option}`) : which;
    if (!isDirected(made)) {
      throw new OptionError(
        `[${name}/${option}] must be a recurrent layer, such as lstm({ units }), got ${shown(which)}`,
      );
    }
    return made;
  };
  const layer = of(options.layer, 'layer');
  const given = options.backwardLayer ? of(options.backwardLayer, 'backwardLayer') : undefined;
  const { returnSequences = false, goBackwards = false } = layer.options;
  for (const option of ['returnSequences', 'returnState', 'stateful'] as const) {
    const [of, back] = [layer, given ?? layer].map((it) => it.options[option] ?? false);
    if (of !== back) {
      throw new OptionError(
        `[${name}] ${option} is ${of} in layer and ${back} in backwardLayer; make them alike`,
      );
    }
  }
  if (given && (given.options.goBackwards ?? false) === goBackwards) {
    throw new OptionError(
      `[${name}/backwardLayer] goes the same way as layer; give one of the two goBackwards: true`,
    );
  }
  const zeroOutputForMask = returnSequences;
  const bare = layer.name.replace(/^forward_/, '');
  return [
    layer.with({ name: `forward_${bare}`, zeroOutputForMask }),
    given
      ? given.with({ zeroOutputForMask, ...(given.name === layer.name && { name: `backward_${bare}` }) })
      : layer.with({ name: `backward_${bare}`, goBackwards: !goBackwards, zeroOutputForMask }),
  ];
}

function isDirected(value: unknown): value is Directed {
  const it = value as Partial<Directed> | null | undefined;
  return typeof it?.run === 'function' && typeof it.with === 'function' && typeof it.options === 'object';
}

/** Initial states of both directions, the forward ones first. */
function halved(
  name: string,
  forward: Directed,
  backward: Directed,
  states: readonly Tensor[] | undefined,
): [readonly Tensor[], readonly Tensor[]] | undefined {
  if (!states) return undefined;
  const [first, second] = [forward.stateCount, backward.stateCount];
  if (states.length !== first + second) {
    throw new OptionError(
      `[${name}] takes ${first + second} initial states, ${first} of the forward layer and ${second} of the backward one,` +
        ` got ${states.length}`,
    );
  }
  return [states.slice(0, first), states.slice(first)];
}

/** Whether both directions can go in the same dispatches. */
function together(forward: Directed, backward: Directed): boolean {
  if (!('cell' in forward && 'cell' in backward)) return false;
  const [one, other] = [forward, backward].map(({ cell, units, options }) => ({
    ...{ cell, units, useBias: options.useBias ?? true, stateful: options.stateful ?? false },
  }));
  return (
    one.cell.twoLanes === true &&
    one.cell === other.cell &&
    one.units === other.units &&
    one.useBias === other.useBias &&
    one.stateful === other.stateful
  );
}

function runTogether(
  b: Builder,
  layers: readonly Directed[],
  x: Tensor,
  initial: readonly (readonly Tensor[])[] | undefined,
  zeroOutput: boolean,
): [RecurrentResult, RecurrentResult] {
  const both = layers as readonly RecurrentLayer<Outputs>[];
  const how = both[0].recurrence(b, x);
  const { goBackwards = false } = both[0].options;
  const lanes = both.map((layer, i): Lane => {
    const scope: Lane['scope'] = (body) => b.scope(layer.name, body);
    return { ...scope(() => layer.lane(b, x, initial?.[i])), scope };
  });
  const results = recurrence(b, { ...how, reverse: goBackwards ? 1 : 0 }, lanes);
  return results.map(({ sequence, states }, i) => {
    const result = { sequence, states, last: states[0] };
    const given = initial !== undefined || how.stateful;
    const masking = { mask: how.mask, reverse: goBackwards !== (i === 1), zeroOutput, given };
    return lanes[i].scope(() => masked(b, result, masking));
  }) as [RecurrentResult, RecurrentResult];
}

/** The outputs of both directions as one, or both. */
function merge(b: Builder, mode: MergeMode, outputs: readonly Tensor[]): readonly Tensor[] {
  if (mode === 'none') return outputs;
  const [x, y] = outputs;
  const z =
    mode === 'concat'
      ? joined(b, [x, y], x.shape.length - 1)
      : (mode === 'mul' ? multiplied : added)(b, x, y);
  b.setMask(z, b.maskOf(x));
  if (mode !== 'ave') return [z];
  const mean = scaled(b, z, 0.5);
  passFractions(b, mean, x, y);
  return [mean];
}
