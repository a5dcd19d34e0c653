// The numbers of ONNX' own tests for operators that layers are made of, single and in small graphs.
import type { Builder } from '../../src/core/builder.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import type { ActivationName } from '../../src/layers/activation.ts';
import { sliced } from '../../src/layers/movements.ts';
import { added, multiplied, scaled } from '../../src/layers/operations.ts';
import { optimizerOps, updateOutcome } from './onnx_optimizers.ts';
import {
  activated,
  clamped,
  concatenated,
  evaluated,
  gathered,
  gemm,
  matrixProduct,
  NotCovered,
  type Operand,
  operand,
  type Reduction,
  reduced,
  repeatedTo,
  slopedLeft,
  softmaxAlong,
  transposed,
} from './operators.ts';
import { compared, numbersOf, type Runner, type VectorCase, type VectorTensor } from './outcome.ts';

export type Attributes = Readonly<Record<string, unknown>>;

export interface OnnxCase extends VectorCase {
  readonly attrs?: Attributes;
  readonly inputs: Readonly<Record<string, VectorTensor>>;
  readonly input_order?: readonly string[];
  readonly output_order?: readonly string[];
  readonly weights?: Readonly<Record<string, VectorTensor>>;
  readonly nodes?: readonly OnnxNode[];
  readonly expected: Readonly<Record<string, VectorTensor>>;
}

interface OnnxNode {
  readonly op: string;
  readonly attrs: Attributes;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** An operator of inputs in their order, undefined for those left out; what it returns are its outputs in their order. */
export type OnnxOperator = (
  b: Builder,
  inputs: readonly (Operand | undefined)[],
  attrs: Attributes,
) => Tensor | readonly Tensor[];

const reasons: Readonly<Record<string, string>> = {
  CumSum: 'no layer of recurrent models adds up along an axis',
  OneHot: 'tokens and labels are ids here; embeddings and losses take them as such',
  ReverseSequence:
    'a layer that goes backward reads its steps from the last one under a mask, and moves none',
  TopK: 'the largest are found inside sampling and metrics alone',
  Trilu: 'triangular masks occur inside causal attention alone',
  Where: 'what counts is chosen by masks of steps inside layers, not between tensors',
};

const activation =
  (kind: ActivationName, defaults: { alpha?: number; beta?: number } = {}): OnnxOperator =>
  (b, [x], attrs) => {
    const options = Object.fromEntries(
      Object.entries(defaults).map(([name, value]) => [name, (attrs[name] ?? value) as number]),
    );
    return activated(b, x!.tensor, kind, options);
  };

const softmax =
  (logarithm: boolean): OnnxOperator =>
  (b, [x], { axis = -1 }) =>
    softmaxAlong(b, x!.tensor, axis as number, logarithm);

const reduction =
  (kind: Reduction): OnnxOperator =>
  (b, [x, axes], { keepdims = 1 }) => {
    // No axes, or an empty list of them, are all.
    const given = axes?.value && numbersOf(axes.value);
    return reduced(b, x!.tensor, kind, given?.length ? given : undefined, keepdims === 1);
  };

const operators: Record<string, OnnxOperator> = {
  Relu: activation('relu'),
  Sigmoid: activation('sigmoid'),
  Tanh: activation('tanh'),
  Softplus: activation('softplus'),
  Softsign: activation('softsign'),
  HardSwish: activation('hardSilu'),
  LeakyRelu: activation('leakyRelu', { alpha: 0.01 }),
  Elu: activation('elu', { alpha: 1 }),
  Celu: activation('celu', { alpha: 1 }),
  HardSigmoid: activation('hardSigmoid', { alpha: 0.2, beta: 0.5 }),
  ThresholdedRelu: activation('thresholdedRelu', { alpha: 1 }),
  Gelu: (b, [x], { approximate }) => activated(b, x!.tensor, approximate === 'tanh' ? 'geluTanh' : 'gelu'),
  Swish(b, [x], { alpha = 1 }) {
    if (alpha !== 1) throw new NotCovered('silu has no factor inside its sigmoid');
    return activated(b, x!.tensor, 'silu');
  },
  Selu: (b, [x], { alpha, gamma }) =>
    alpha === undefined && gamma === undefined
      ? activated(b, x!.tensor, 'selu')
      : scaled(b, activated(b, x!.tensor, 'elu', { alpha: alpha as number }), gamma as number),
  PRelu: (b, [x, slope]) => slopedLeft(b, x!.tensor, slope!.tensor),
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
  Gather: (b, [x, indices], { axis = 0 }) => gathered(b, x!.tensor, axis as number, indices!.value!),
  MatMul: (b, [x, y]) => matrixProduct(b, x!.tensor, y!.tensor),
  Gemm: (b, [x, y, z], attrs) => gemm(b, x!.tensor, y!.tensor, z?.tensor, attrs),
  Concat: (b, inputs, { axis }) =>
    concatenated(
      b,
      inputs.map((x) => x!.tensor),
      axis as number,
    ),
  Transpose: (b, [x], { perm }) => transposed(b, x!.tensor, perm as number[] | undefined),
  Clip: (b, [x, low, high]) =>
    clamped(b, x!.tensor, low?.value && numbersOf(low.value)[0], high?.value && numbersOf(high.value)[0]),
  ReduceSum: reduction('sum'),
  ReduceMean: reduction('mean'),
  ReduceMax: reduction('max'),
  ReduceLogSumExp: reduction('logSumExp'),
  Neg: (b, [x]) => scaled(b, x!.tensor, -1),
  Mul: (b, [x, y]) => multiplied(b, x!.tensor, repeatedTo(b, y!.tensor, x!.tensor.shape)),
  Add: (b, [x, y]) => added(b, x!.tensor, repeatedTo(b, y!.tensor, x!.tensor.shape)),
  Split(b, [x], { axis }) {
    const { shape } = x!.tensor;
    const at = (axis as number) < 0 ? (axis as number) + shape.length : (axis as number);
    const half = shape[at] / 2;
    return [0, 1].map((i) => sliced(b, x!.tensor, at, i * half, half));
  },
};

/** Adds the operators of another topic. */
export function addOnnxOperators(more: Record<string, OnnxOperator>): void {
  Object.assign(operators, more);
}

/** Nodes that a converter made of one activation. */
const patterns: Readonly<Record<string, OnnxOperator>> = {
  'Abs Constant Add Div': activation('softsign'),
};

export const runner: Runner<OnnxCase> = {
  ops: [...Object.keys(operators), ...Object.keys(reasons), ...optimizerOps, 'graph'],
  async run(c, backend) {
    if (optimizerOps.includes(c.op)) return updateOutcome(c, backend);
    const nodes = nodesOf(c);
    const whole = patterns[nodes.map(({ op }) => op).join(' ')];
    const missing = nodes.find(({ op }) => !operators[op]);
    if (missing && !whole) {
      const { op } = missing;
      return { status: 'not covered', reason: reasons[op] ?? `${op} is run by no file yet` };
    }
    const emit = (b: Builder) => {
      const known = new Map<string, Operand>();
      for (const [name, value] of Object.entries({ ...c.weights, ...c.inputs })) {
        known.set(name, operand(b, name, value));
      }
      if (whole) {
        const [x] = nodes[0].inputs;
        const last = nodes[nodes.length - 1].outputs[0];
        return { [last]: whole(b, [known.get(x)], {}) as Tensor };
      }
      for (const node of nodes) {
        const inputs = node.inputs.map((name) => known.get(name));
        const made = operators[node.op](b, inputs, node.attrs);
        const outputs = Array.isArray(made) ? (made as Tensor[]) : [made as Tensor];
        node.outputs.forEach((name, i) => {
          known.set(name, { tensor: outputs[i] });
        });
      }
      const wanted = Object.keys(c.expected);
      return Object.fromEntries(wanted.map((name) => [name, known.get(name)!.tensor]));
    };
    return evaluated(backend, c.expected, emit, (name, got, want) =>
      sizeOf(want.shape) === got.length
        ? compared(name, got, want, c.tolerance)
        : { status: 'failed', message: `${name} has ${got.length} elements, expected [${want.shape}]` },
    );
  },
};

/** A case of one operator is a graph of one node. */
function nodesOf(c: OnnxCase): readonly OnnxNode[] {
  return (
    c.nodes ?? [
      {
        op: c.op,
        attrs: c.attrs ?? {},
        inputs: c.input_order ?? Object.keys(c.inputs),
        outputs: c.output_order ?? Object.keys(c.expected),
      },
    ]
  );
}
