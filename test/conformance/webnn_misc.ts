// The numbers of WebNN's own tests for operators that layers are made of.
import type { Builder } from '../../src/core/builder.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import {
  activated,
  clamped,
  concatenated,
  evaluated,
  gathered,
  matrixProduct,
  NotCovered,
  type Operand,
  operand,
  part,
  type Reduction,
  reduced,
  softmaxAlong,
  transposed,
} from './operators.ts';
import { compared, type Runner, type VectorCase, type VectorTensor } from './outcome.ts';

type Argument = Readonly<Record<string, unknown>>;

export interface WebnnCase extends VectorCase {
  readonly arguments: readonly Argument[];
  readonly outputs: string;
  readonly inputs: Readonly<Record<string, VectorTensor>>;
  readonly expected: Readonly<Record<string, VectorTensor>>;
}

/** What an operator is given: its arguments by name, the options among them. */
export interface WebnnCall {
  readonly b: Builder;
  readonly arguments: Argument;
  /** The tensor that an argument or option names. */
  tensor(name: string): Operand;
  has(name: string): boolean;
}

export type WebnnOperator = (call: WebnnCall) => Tensor;

const reasons: Readonly<Record<string, string>> = {
  log: 'logarithms occur inside losses alone, where they are taken together with a softmax',
  sqrt: 'roots occur inside optimizers and normalization alone',
  pow: 'powers occur inside losses alone',
};

const reduction =
  (kind: Reduction): WebnnOperator =>
  ({ b, tensor, arguments: { axes, keepDimensions } }) =>
    reduced(b, tensor('input').tensor, kind, axes as number[] | undefined, keepDimensions === true);

const operators: Record<string, WebnnOperator> = {
  softmax: ({ b, tensor, arguments: { axis } }) =>
    softmaxAlong(b, tensor('input').tensor, axis as number, false),
  gather: ({ b, tensor, arguments: { axis = 0 } }) =>
    gathered(b, tensor('input').tensor, axis as number, tensor('indices').value!),
  tanh: ({ b, tensor }) => activated(b, tensor('input').tensor, 'tanh'),
  sigmoid: ({ b, tensor }) => activated(b, tensor('input').tensor, 'sigmoid'),
  relu: ({ b, tensor }) => activated(b, tensor('input').tensor, 'relu'),
  exp: ({ b, tensor }) => activated(b, tensor('input').tensor, 'exp'),
  leakyRelu: ({ b, tensor, arguments: { alpha = 0.01 } }) =>
    activated(b, tensor('input').tensor, 'leakyRelu', { alpha: alpha as number }),
  elu: ({ b, tensor, arguments: { alpha = 1 } }) =>
    activated(b, tensor('input').tensor, 'elu', { alpha: alpha as number }),
  hardSigmoid: ({ b, tensor, arguments: { alpha = 0.2, beta = 0.5 } }) =>
    activated(b, tensor('input').tensor, 'hardSigmoid', { alpha: alpha as number, beta: beta as number }),
  matmul: ({ b, tensor }) => matrixProduct(b, tensor('a').tensor, tensor('b').tensor),
  reduceMean: reduction('mean'),
  reduceSum: reduction('sum'),
  reduceMax: reduction('max'),
  reduceLogSumExp: reduction('logSumExp'),
  clamp({ b, tensor, arguments: { minValue, maxValue } }) {
    const { tensor: x, value } = tensor('input');
    if (value?.dtype === 'int32') {
      throw new NotCovered('integers are ids here: they are looked up and compared, never computed with');
    }
    return clamped(b, x, minValue as number | undefined, maxValue as number | undefined);
  },
  concat: ({ b, tensor, arguments: { inputs, axis } }) =>
    concatenated(
      b,
      (inputs as string[]).map((_, i) => tensor(`inputs ${i}`).tensor),
      axis as number,
    ),
  slice: ({ b, tensor, arguments: { starts, sizes, strides } }) =>
    part(b, tensor('input').tensor, starts as number[], sizes as number[], strides as number[] | undefined),
  transpose: ({ b, tensor, arguments: { permutation } }) =>
    transposed(b, tensor('input').tensor, permutation as number[] | undefined),
};

/** Adds the operators of another topic. */
export function addWebnnOperators(more: Record<string, WebnnOperator>): void {
  Object.assign(operators, more);
}

export const runner: Runner<WebnnCase> = {
  ops: [...Object.keys(operators), ...Object.keys(reasons)],
  async run(c, backend) {
    const operator = operators[c.op];
    if (!operator) {
      return { status: 'not covered', reason: reasons[c.op] ?? `${c.op} is run by no file yet` };
    }
    const { options = {}, ...positional } = Object.assign({}, ...c.arguments) as Argument;
    const given: Argument = { ...positional, ...(options as Argument) };
    const emit = (b: Builder) => {
      const known = new Map(Object.entries(c.inputs).map(([name, t]) => [name, operand(b, name, t)]));
      const named = (name: string): string => {
        const [argument, index] = name.split(' ');
        const value = given[argument];
        return (index === undefined ? value : (value as unknown[])[Number(index)]) as string;
      };
      const tensor = (name: string) => known.get(named(name))!;
      const has = (name: string) => known.has(named(name));
      return { [c.outputs]: operator({ b, arguments: given, tensor, has }) };
    };
    return evaluated(backend, c.expected, emit, (name, got, want) => compared(name, got, want, c.tolerance));
  },
};
