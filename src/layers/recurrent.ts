// A recurrent layer: a cell over time, with one matrix product before the loop and three after it, as haste has it.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions } from '../core/options.ts';
import { expectCount, expectShape, type Tensor } from '../core/tensor.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { maskRows } from '../kernels/mask_rows.ts';
import { matmul } from '../kernels/matmul.ts';
import { nothing } from '../kernels/nothing.ts';
import { type BackwardRecurrence, type Cell, type Recurrence, transposes } from './cell.ts';
import { type Initializer, type InitializerName, initializer } from './initializers.ts';
import { type InputGradients, inputProduct } from './input_product.ts';
import type { Layer } from './layer.ts';
import { carriedStates, deliver, forgetful, lastCellGradient, setInitial } from './recurrent_states.ts';
import { recur } from './strategy.ts';

export interface RecurrentOptions {
  units: number;
  /** Return the whole sequence [T,N,H] instead of the last output [N,H]; default false, as Keras. */
  returnSequences?: boolean;
  /** Carry the last state of a run into the next; default false. */
  stateful?: boolean;
  useBias?: boolean;
  kernelInitializer?: InitializerName | Initializer;
  recurrentInitializer?: InitializerName | Initializer;
  biasInitializer?: InitializerName | Initializer;
  /** Zeros in the output where the mask is 0, instead of the last valid output; default false. */
  zeroOutputForMask?: boolean;
  name?: string;
}

/** What a recurrent layer gives when it is used inside a larger construction, such as an encoder-decoder. */
export interface RecurrentResult {
  /** [T,N,H] */
  sequence: Tensor;
  /** The last output [N,H]: the state after the last (valid) step. */
  last: Tensor;
  /** The last states: [h] or [h, c], each [N,H]; gradients may flow into them. */
  states: Tensor[];
}

export interface RecurrentLayer extends Layer {
  readonly cell: Cell;
  readonly units: number;
  /** Number of parameters for D input features. */
  parameterCount(features: number): number;
  /**
   * Emits the layer with given initial states, each [N,H]; their gradients are left where `b.gradOf` finds them.
   * x [T,N,D].
   */
  run(b: Builder, x: Tensor, initialState?: readonly Tensor[]): RecurrentResult;
}

/** What distinguishes the layers of different cells, beyond the cell. */
export interface RecurrentTraits {
  cell: Cell;
  /** Both biases as separate rows [2,G·H] that are simply added, as PyTorch keeps them. */
  twoBiasRows?: boolean;
  /** Options of this layer beyond those that all recurrent layers have. */
  options?: readonly string[];
  /** First values of the bias [rows, G·H], where they are not those of `biasInitializer`. */
  biasInitial?: (rows: number, units: number) => ArrayLike<number>;
}

const OPTIONS = [
  'units',
  'returnSequences',
  'stateful',
  'useBias',
  'kernelInitializer',
  'recurrentInitializer',
  'biasInitializer',
  'zeroOutputForMask',
  'name',
];

/**
 * Makes a recurrent layer of a cell.
 *
 * Forward: gates [T,N,G·H] = x·W + b in one product, then T steps. Backward: T steps from the last, then
 * dx = dA·Wᵀ, dW = xᵀ·dA, dR = hᵀ·dA, db = column sum of dA, each over all T·N rows at once.
 * Memory for a cell of G gates: T·N·G·H + states·(T+1)·N·H floats, T·N·H more for the extra sequence that a GRU keeps;
 * (T+1)·N·H for the gradient of h, N·H for that of c.
 */
export function recurrentLayer(options: RecurrentOptions, traits: RecurrentTraits): RecurrentLayer {
  const { cell } = traits;
  checkOptions(cell.name, options, [...OPTIONS, ...(traits.options ?? [])]);
  const name = options.name ?? cell.name;
  const units = expectCount(options.units, `${name}/units`);
  const useBias = options.useBias ?? true;
  const kernelInitializer = initializer(options.kernelInitializer ?? 'glorotUniform');
  const recurrentInitializer = initializer(options.recurrentInitializer ?? 'orthogonal');
  const biasInitializer = initializer(options.biasInitializer ?? 'zeros');
  const width = cell.gates * units;
  const biasRows = !useBias ? 0 : cell.separateRecurrentBias || traits.twoBiasRows ? 2 : 1;
  const biasShape = biasRows === 2 ? [2, width] : [width];
  const { interleave } = cell;

  const run = (b: Builder, x: Tensor, initialState?: readonly Tensor[]): RecurrentResult => {
    if (x.shape.length !== 3) {
      throw new ShapeError(
        `[${b.path || name}] expected [T, N, D], got ${show(x.shape)} (${x.name});` +
          ' a recurrent layer below another needs `returnSequences: true`',
      );
    }
    if (x.dtype !== 'f32') throw new ShapeError(`[${name}] takes features (f32), got ${x.dtype} (${x.name})`);
    const [T, N, D] = x.shape;
    const kernel = b.param('kernel', [D, width], (next) => kernelInitializer([D, width], next), {
      interleave,
    });
    const recurrentKernel = b.param(
      'recurrent_kernel',
      [units, width],
      (next) => recurrentInitializer([units, width], next),
      { interleave },
    );
    const bias = useBias
      ? b.param(
          'bias',
          biasShape,
          (next) => traits.biasInitial?.(biasRows, units) ?? biasInitializer(biasShape, next),
          { interleave },
        )
      : undefined;
    const mask = b.maskOf(x);
    if (mask) expectShape(mask, [T, N], `${name}/mask`, '[T, N]');

    const gates = b.activation('gates', [T, N, width], { differentiable: false });
    const inputGradients = inputProduct(b, {
      ...{ x, kernel, bias, gates },
      biasRows: traits.twoBiasRows ? biasRows : Math.min(biasRows, 1),
    });
    const h = b.activation('h', [T + 1, N, units]);
    const c = cell.states === 2 ? b.activation('c', [T + 1, N, units]) : undefined;
    const r: Recurrence = {
      steps: T,
      batch: N,
      units,
      gates,
      recurrentKernel,
      recurrentBias: bias && cell.separateRecurrentBias ? b.view(bias, width, [width]) : undefined,
      h,
      c,
      extra: cell.keepsExtra ? b.activation('extra', [T, N, units], { differentiable: false }) : undefined,
      mask: mask ?? nothing(b, 'u32'),
      masked: mask ? 1 : 0,
    };
    const sequences = c ? [h, c] : [h];
    if (initialState && options.stateful) {
      throw new OptionError(
        `[${name}] carries its own state (stateful: true) and so takes no initial states; leave one of the two out`,
      );
    }
    if (!initialState && !options.stateful) forgetful(b).push(b.path || name);
    const initial = initialState ?? (options.stateful ? carriedStates(b, sequences, N, units) : undefined);
    setInitial(b, name, sequences, initial, N, units);
    recur(b, cell, 'forward', r);

    const slot = N * units;
    b.onBackward(() => backward(b, r, { bias, inputGradients, initial: initialState }));
    let sequence = b.view(h, slot, [T, N, units]);
    if (mask && options.zeroOutputForMask) sequence = maskRows(b, sequence, mask);
    b.setMask(sequence, mask);
    const states = sequences.map((s) => b.view(s, T * slot, [N, units]));
    return { sequence, last: states[0], states };
  };

  const backward = (
    b: Builder,
    r: Recurrence,
    rest: {
      bias: Tensor | undefined;
      inputGradients: InputGradients;
      initial: readonly Tensor[] | undefined;
    },
  ): void => {
    const { steps: T, batch: N, h, c } = r;
    const { bias, inputGradients, initial } = rest;
    const rows = T * N;
    const into = b.gradInto(h);
    if (!into) return;
    if (into.accumulate === 0) b.clear(into.tensor, 'start');
    const dh = into.tensor;
    const dc = c ? lastCellGradient(b, c, T, N, units) : undefined;
    const back: BackwardRecurrence = { ...r, transposed: transposes(b, r, width), dh, dc };
    recur(b, cell, 'backward', back);

    const dRecurrent = b.gradInto(r.recurrentKernel);
    const dBias = bias && b.gradInto(bias);
    const partOf = (first: number, length: number) =>
      dBias && { ...dBias, tensor: b.view(dBias.tensor, first, [length]) };
    inputGradients(partOf(0, width));
    // The products of dR have the columns of the second row of biases.
    for (const { left, right, stride, offset, columns, target } of cell.products(r)) {
      const sums = biasRows === 2 ? partOf(width + target, columns) : undefined;
      if (dRecurrent) {
        matmul(b, {
          a: { tensor: left === 'h' ? h : r.extra!, rows, cols: units, transposed: true },
          b: { tensor: right, rows, cols: columns, stride, offset },
          c: { tensor: dRecurrent.tensor, rows: units, cols: columns, stride: width, offset: target },
          accumulate: dRecurrent.accumulate,
          sums,
        });
      } else if (sums) {
        const source = b.view(right, offset, [(rows - 1) * stride + columns]);
        columnSum(b, { source, to: sums.tensor, rows, cols: columns, stride, accumulate: sums.accumulate });
      }
    }
    initialGradients(b, back, initial);
  };

  /** Gradients into the given initial states: slot 0 of dh, completed by dA_0·Rᵀ, and the carried dc. */
  const initialGradients = (
    b: Builder,
    r: BackwardRecurrence,
    initial: readonly Tensor[] | undefined,
  ): void => {
    if (!initial) return;
    const shape = [r.batch, units];
    const into = initial.map((state) => b.gradInto(state));
    if (into[0]) {
      const first = b.view(r.dh, 0, shape);
      for (const { left, right, stride, offset, columns, target } of cell.products(r)) {
        // What came through the extra sequence has been added to slot 0 by the cell already.
        if (left === 'extra') continue;
        matmul(b, {
          a: { tensor: right, rows: r.batch, cols: columns, stride, offset },
          b: {
            tensor: r.recurrentKernel,
            rows: units,
            cols: columns,
            stride: width,
            offset: target,
            transposed: true,
          },
          c: { tensor: first, rows: r.batch, cols: units },
          accumulate: 1,
        });
      }
      deliver(b, first, into[0]);
    }
    if (into[1] && r.dc) deliver(b, r.dc, into[1]);
  };

  return {
    name,
    cell,
    units,
    parameterCount: (features) => (features + units + biasRows) * width,
    run,
    build(b, x, ...initialState) {
      const result = run(b, x, initialState.length > 0 ? initialState : undefined);
      return options.returnSequences ? result.sequence : result.last;
    },
  };
}
