// Published numbers of recurrent layers and cells (ONNX, WebNN, nGraph and other projects), run on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters, toStorage } from '../../src/core/parameters.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { scalarActivations } from '../../src/kernels/activation_kinds.ts';
import type { RecurrentLayer } from '../../src/layers/recurrent.ts';
import { compared, numbersOf, type Outcome, type Runner, type VectorTensor } from './outcome.ts';
import { directionsOf, layerOf, type RecurrentCase, weightsOf } from './recurrent_case.ts';

/** Numbers with a shape, row-major. */
interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What one direction of a layer gives. */
interface Result {
  /** [T,N,H], zeros beyond the lengths. */
  readonly Y: Float64Array;
  /** [h] or [h, c], each [N,H]. */
  readonly states: ArrayLike<number>[];
  /** [T,N,G·H]: what the last forward step left of the gates. */
  readonly gates: ArrayLike<number>;
}

export const runner: Runner<RecurrentCase> = {
  ops: ['lstm', 'gru', 'rnn', 'lstm_cell', 'gru_cell', 'rnn_cell'],
  run: (c, backend) => runRecurrent(c, backend),
};

/** Runs a case; `general` takes the kernels for any options even where others would do. */
export async function runRecurrent(c: RecurrentCase, backend: Backend, general = false): Promise<Outcome> {
  const isCell = c.op.endsWith('_cell');
  const x = sequenceOf(c, isCell);
  const results: Result[] = [];
  for (const [i, direction] of directionsOf(c).entries()) {
    results.push(await runDirection(c, i, direction === 'reverse', x, backend, general));
  }
  const [T, N] = x.shape;
  const H = c.attrs.hidden_size;
  const batchMajor = c.attrs.layout === 'batch_major';
  const D = results.length;
  const stack = (parts: readonly ArrayLike<number>[]): Values => {
    const whole = { shape: [D, N, H], data: parts.flatMap((part) => Array.from(part)) };
    return batchMajor ? transposed(whole, [1, 0, 2]) : whole;
  };
  const outputs: Record<string, () => Values> = {
    Y: () => {
      const whole = { shape: [D, T, N, H], data: results.flatMap(({ Y }) => Array.from(Y)) };
      return transposed(whole, batchMajor ? [2, 1, 0, 3] : [1, 0, 2, 3]);
    },
    Yh: () => stack(results.map(({ states }) => states[0])),
    Yc: () => stack(results.map(({ states }) => states[1])),
    h: () => stack(results.map(({ states }) => states[0])),
    c: () => stack(results.map(({ states }) => states[1])),
    ...Object.fromEntries(
      ['i', 'f', 'g', 'o'].map((g, k) => [`gate_${g}`, () => gateOf(results[0], k, N, H)]),
    ),
  };
  for (const [name, want] of Object.entries(c.expected)) {
    const got = outputs[name];
    if (!got)
      return { status: 'failed', message: `the case expects ${name}, which the runner does not know` };
    const outcome = compared(name, got().data, want, c.tolerance);
    if (outcome.status !== 'passed') return outcome;
  }
  return { status: 'passed' };
}

/** A gate of an LSTM after its activation, from the arguments that general cells keep. */
function gateOf({ gates }: Result, gate: number, N: number, H: number): Values {
  const { value } = scalarActivations[gate === 2 ? 2 : 1];
  const data = Array.from({ length: N * H }, (_, i) =>
    value(gates[(Math.floor(i / H) * 4 + gate) * H + (i % H)], 0, 0),
  );
  return { shape: [N, H], data };
}

/** x as [T,N,D]. */
function sequenceOf(c: RecurrentCase, isCell: boolean): Values {
  const { shape, data } = asValues(c.inputs.x!);
  if (isCell) return { shape: [1, ...shape], data };
  return c.attrs.layout === 'batch_major' ? transposed({ shape, data }, [1, 0, 2]) : { shape, data };
}

async function runDirection(
  c: RecurrentCase,
  direction: number,
  reverse: boolean,
  x: Values,
  backend: Backend,
  general: boolean,
): Promise<Result> {
  const [T, N, D] = x.shape;
  const H = c.attrs.hidden_size;
  const layer = layerOf(c, direction, general);
  const parameters = new Parameters();
  const inputs = new Map<Tensor, ArrayLike<number>>();
  const lengths = c.inputs.seq_lens && numbersOf(c.inputs.seq_lens);
  const initial = initialStates(c, layer, direction, N, H);
  let sequence!: Tensor;
  let states!: Tensor[];
  const plan = buildPlan({ name: c.id, limits: backend.limits, parameters }, (b) => {
    const input = b.input('x', [T, N, D]);
    inputs.set(input, x.data);
    if (lengths) {
      const mask = b.input('mask', [T, N], { dtype: 'u32' });
      inputs.set(
        mask,
        Array.from({ length: T * N }, (_, i) => (Math.floor(i / N) < lengths[i % N] ? 1 : 0)),
      );
      b.setMask(input, mask);
    }
    const initialState = initial?.map((values, i) => {
      const state = b.input(`initial ${i}`, [N, H]);
      inputs.set(state, values);
      return state;
    });
    ({ sequence, states } = layer.run(b, input, { initialState, reverse }));
  });
  const executable = await backend.load(plan);
  try {
    for (const [t, values] of inputs) backend.write(t, values);
    for (const [name, values] of Object.entries(weightsOf(c, direction))) {
      const parameter = parameters.get(name);
      if (!parameter || sizeOf(parameter.shape) !== values.length) {
        throw new Error(`${c.id}: ${name} does not fit ${parameter?.shape.join()}`);
      }
      backend.write(parameter, toStorage(parameter, values));
    }
    executable.run();
    const Y = Float64Array.from(await backend.read(sequence));
    if (lengths) {
      for (let i = 0; i < Y.length; i++) {
        const row = Math.floor(i / H);
        if (Math.floor(row / N) >= lengths[row % N]) Y[i] = 0;
      }
    }
    const gates = plan.steps.flatMap((s) => (s.kind === 'dispatch' ? (s.tensors.gates ?? []) : []));
    return {
      Y,
      states: await Promise.all(states.map((t) => backend.read(t))),
      gates: gates.length > 0 ? await backend.read(gates[0]) : [],
    };
  } finally {
    executable.dispose();
    backend.release(parameters.storage);
  }
}

/** [h] or [h, c] of one direction, each [N,H]; zeros for one that is missing; undefined where none is given. */
function initialStates(
  { inputs, attrs }: RecurrentCase,
  { cell }: RecurrentLayer,
  direction: number,
  N: number,
  H: number,
): ArrayLike<number>[] | undefined {
  const given = [inputs.h0 ?? inputs.h, inputs.c0 ?? inputs.c].slice(0, cell.states);
  if (given.every((t) => t === undefined)) return undefined;
  return given.map((t) => {
    if (!t) return new Float64Array(N * H);
    const values = asValues(t);
    const whole =
      attrs.layout === 'batch_major' && t.shape.length === 3 ? transposed(values, [1, 0, 2]) : values;
    return Array.from(whole.data).slice(direction * N * H, (direction + 1) * N * H);
  });
}

function asValues(t: VectorTensor): Values {
  return { shape: t.shape, data: numbersOf(t) };
}

/** The axes in another order: axis i of the result is axis order[i] of the source. */
function transposed({ shape, data }: Values, order: readonly number[]): Values {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const target = order.map((axis) => shape[axis]);
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => {
    let rest = i;
    let at = 0;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      at += (rest % target[axis]) * strides[order[axis]];
      rest = Math.floor(rest / target[axis]);
    }
    return data[at];
  });
  return { shape: target, data: values };
}
