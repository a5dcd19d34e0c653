// A case of a recurrent layer, and how its attributes and weights are those of our layers.
import type { CellActivation } from '../../src/kernels/cell_activations.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { numbersOf, type VectorCase, type VectorTensor } from './outcome.ts';

export interface RecurrentCase extends VectorCase {
  readonly gate_order?: readonly string[];
  readonly peephole_order?: readonly string[] | null;
  readonly attrs: {
    readonly hidden_size: number;
    readonly direction?: 'forward' | 'reverse' | 'bidirectional';
    readonly layout?: 'time_major' | 'batch_major';
    readonly activations: readonly string[];
    readonly activation_alpha?: readonly number[];
    readonly activation_beta?: readonly number[];
    readonly clip?: number;
    readonly cell_clip?: number;
    readonly input_forget?: number;
    readonly linear_before_reset?: boolean;
  };
  readonly inputs: Readonly<Record<string, VectorTensor | undefined>>;
  readonly weights: Readonly<Record<string, VectorTensor | undefined>>;
  readonly expected: Readonly<Record<string, VectorTensor>>;
}

const kindOf = ({ op }: RecurrentCase): 'lstm' | 'gru' | 'rnn' =>
  op.replace('_cell', '') as 'lstm' | 'gru' | 'rnn';

/** Our order of gates and peepholes, by the names of the cases. */
const ORDER = { lstm: ['i', 'f', 'g', 'o'], gru: ['z', 'r', 'n'], rnn: ['h'] } as const;
const PEEPHOLES = ['i', 'f', 'o'] as const;
/** Activations of one direction. */
const ACTIVATIONS = { lstm: 3, gru: 2, rnn: 1 } as const;
/** A clip that changes nothing, but which the fused kernels do not know. */
const NO_CLIP = 1e30;

/** The directions of a layer, in the order of its weights. */
export function directionsOf({ attrs }: RecurrentCase): ('forward' | 'reverse')[] {
  return attrs.direction === 'bidirectional' ? ['forward', 'reverse'] : [attrs.direction ?? 'forward'];
}

/** The layer of one direction; `general` takes the kernels for any options even where others would do. */
export function layerOf(c: RecurrentCase, direction: number, general: boolean): RecurrentLayer {
  const kind = kindOf(c);
  const { attrs, weights } = c;
  const { hidden_size: units, clip = general ? NO_CLIP : undefined } = attrs;
  const [f, g, h] = Array.from({ length: 3 }, (_, i) =>
    activationOf(c, direction * ACTIVATIONS[kind] + Math.min(i, ACTIVATIONS[kind] - 1)),
  );
  const useBias = weights.Wb !== undefined || weights.Rb !== undefined;
  const options = { units, useBias, ...(clip !== undefined && { clip }) };
  if (kind === 'rnn') return simpleRNN({ ...options, activation: f });
  if (kind === 'gru') {
    const resetAfter = attrs.linear_before_reset === true;
    return gru({ ...options, resetAfter, recurrentActivation: f, activation: g });
  }
  return lstm({
    ...options,
    ...{ recurrentActivation: f, activation: g, outputActivation: h },
    ...{ peephole: weights.P !== undefined, inputForget: attrs.input_forget === 1 },
    ...(attrs.cell_clip !== undefined && { cellClip: attrs.cell_clip }),
  });
}

function activationOf({ attrs }: RecurrentCase, at: number): CellActivation {
  const name = attrs.activations[at];
  if (name === 'hardsigmoid') {
    const { activation_alpha: alphas, activation_beta: betas } = attrs;
    return { name: 'hardSigmoid', alpha: alphas?.[at] ?? 0.2, beta: betas?.[at] ?? 0.5 };
  }
  if (name === 'sigmoid' || name === 'tanh' || name === 'relu') return { name };
  throw new Error(`there is no activation ${name} among those of the cases`);
}

/** The values of our parameters for one direction, in file layout. */
export function weightsOf(c: RecurrentCase, direction: number): Record<string, number[]> {
  const kind = kindOf(c);
  const H = c.attrs.hidden_size;
  const order = ORDER[kind];
  const given = kind === 'rnn' ? order : (c.gate_order ?? order);
  /** Rows G·H of one direction in our order of gates. */
  const rows = (t: VectorTensor): { rows: number[][] } => {
    const isCell = c.op.endsWith('_cell');
    const values = numbersOf(t);
    const length = isCell ? values.length : values.length / t.shape[0];
    const part = values.slice(isCell ? 0 : direction * length, isCell ? length : (direction + 1) * length);
    const cols = length / (order.length * H);
    return {
      rows: order.flatMap((gate) => {
        const block = given.indexOf(gate as never);
        if (block < 0) throw new Error(`${c.id}: no gate ${gate} among ${given.join()}`);
        return Array.from({ length: H }, (_, unit) =>
          part.slice((block * H + unit) * cols, (block * H + unit + 1) * cols),
        );
      }),
    };
  };
  const { W, R, Wb, Rb, P } = c.weights;
  const out: Record<string, number[]> = {
    kernel: columnsOf(rows(W!).rows),
    recurrent_kernel: columnsOf(rows(R!).rows),
  };
  if (Wb || Rb) {
    const zeros = new Array<number>(order.length * H).fill(0);
    const input = Wb ? rows(Wb).rows.flat() : zeros;
    const recurrent = Rb ? rows(Rb).rows.flat() : zeros;
    const apart = kind === 'gru' && c.attrs.linear_before_reset === true;
    out.bias = apart ? [...input, ...recurrent] : input.map((v, i) => v + recurrent[i]);
  }
  if (P) {
    const values = numbersOf(P).slice(-3 * H * (c.op.endsWith('_cell') ? 1 : P.shape[0] - direction));
    const blocks = c.peephole_order ?? ['i', 'o', 'f'];
    out.peephole = PEEPHOLES.flatMap((gate) => {
      const block = blocks.indexOf(gate);
      return values.slice(block * H, (block + 1) * H);
    });
  }
  return out;
}

/** The transpose of a list of rows, row-major. */
function columnsOf(rows: readonly number[][]): number[] {
  return rows[0].flatMap((_, col) => rows.map((row) => row[col]));
}
