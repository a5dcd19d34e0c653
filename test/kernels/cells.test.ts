// Every cell over a short sequence: the backward references agree with central differences of the forward references.
import { describe, expect, test } from 'vitest';
import { random } from '../../src/core/random.ts';
import { recurrentActivations } from '../../src/kernels/activations.ts';
import { gruBackward } from '../../src/kernels/gru_backward.ts';
import { gruBeforeCandidate } from '../../src/kernels/gru_before_candidate.ts';
import { gruBeforeCandidateBackward } from '../../src/kernels/gru_before_candidate_backward.ts';
import { gruBeforeGates } from '../../src/kernels/gru_before_gates.ts';
import { gruBeforeGatesBackward } from '../../src/kernels/gru_before_gates_backward.ts';
import { gruForward } from '../../src/kernels/gru_forward.ts';
import { lstmBackward } from '../../src/kernels/lstm_backward.ts';
import { lstmForward } from '../../src/kernels/lstm_forward.ts';
import { rnnBackward } from '../../src/kernels/rnn_backward.ts';
import { rnnForward } from '../../src/kernels/rnn_forward.ts';

const T = 3;
const N = 2;
const H = 3;
const slot = N * H;

const unmasked = new Uint32Array(T * N).fill(1);
/** A gap in the first step of one row and at the end of the other. */
const gaps = Uint32Array.from([0, 1, 1, 1, 1, 0]);

type Values = Record<string, Float64Array>;

interface CellCheck {
  name: string;
  /** Elements of each differentiable tensor: pre-activations, initial states and recurrent weights. */
  sizes: Record<string, number>;
  /** Runs the sequence forward from copies of `values`; h [T+1,N,H] is what the loss sees. */
  forward(values: Values, mask: Uint32Array): Values & { h: Float64Array };
  /** The gradients of `values`, from the tensors that `forward` left and dh [T+1,N,H]. */
  backward(
    values: Values,
    ran: Values,
    dh: Float64Array<ArrayBuffer>,
    mask: Uint32Array,
  ): Record<string, ArrayLike<number>>;
}

const steps = Array.from({ length: T }, (_, t) => ({
  ...{ t, steps: T, batch: N, units: H, masked: 1, reverse: 0, lanes: 1 },
}));
const backwardSteps = steps.map((p) => ({ ...p, last: p.t === T - 1 ? 1 : 0 })).reverse();

const lstm: CellCheck = {
  name: 'lstm',
  sizes: { gates: T * slot * 4, h0: slot, c0: slot, r: H * H * 4 },
  forward({ gates, h0, c0, r }, mask) {
    const ran = { gates: gates.slice(), h: states(h0), c: states(c0) };
    for (const p of steps) lstmForward.reference({ r, mask, ...ran }, p);
    return ran;
  },
  backward({ r }, { gates, h, c }, dh, mask) {
    const da = gates.slice();
    const dc = new Float64Array(slot);
    const rt = new Float64Array(r.length);
    for (let i = 0; i < H * H; i++)
      rt.set(r.subarray(4 * i, 4 * i + 4), 4 * ((i % H) * H + Math.floor(i / H)));
    for (const p of backwardSteps) lstmBackward.reference({ rt, mask, c, gates: da, dh, dc }, p);
    return { gates: da, h0: through(dh, da, r), c0: dc, r: weightGradient(h, da) };
  },
};

const gru: CellCheck = {
  name: 'gru',
  sizes: { gates: T * slot * 3, h0: slot, r: H * H * 3, bias: 3 * H },
  forward({ gates, h0, r, bias }, mask) {
    const ran = { gates: gates.slice(), q: new Float64Array(T * slot), h: states(h0) };
    for (const p of steps) gruForward.reference({ r, bias, mask, ...ran }, { ...p, biased: 1 });
    return ran;
  },
  backward({ r }, ran, dh, mask) {
    const gates = ran.gates.slice();
    const q = ran.q.slice();
    const rt = transpose(r);
    for (const p of backwardSteps) gruBackward.reference({ rt, mask, h: ran.h, gates, q, dh }, p);
    // The recurrent product sees dq where x·W sees dn.
    const recurrent = gates.map((d, i) => (block(i) === 2 ? q[unitOf(i)] : d));
    const bias = new Float64Array(3 * H);
    recurrent.forEach((d, i) => {
      bias[i % (3 * H)] += d;
    });
    return { gates, h0: through(dh, recurrent, r), r: weightGradient(ran.h, recurrent), bias };
  },
};

const gruBefore: CellCheck = {
  name: 'gru with the reset before the product',
  sizes: { gates: T * slot * 3, h0: slot, r: H * H * 3 },
  forward({ gates, h0, r }, mask) {
    const ran = { gates: gates.slice(), rh: new Float64Array(T * slot).fill(Number.NaN), h: states(h0) };
    for (const p of steps) {
      gruBeforeGates.reference({ r, mask, ...ran }, p);
      gruBeforeCandidate.reference({ r, mask, ...ran }, p);
    }
    return ran;
  },
  backward({ r }, ran, dh, mask) {
    const gates = ran.gates.slice();
    const rt = transpose(r);
    for (const p of backwardSteps) {
      gruBeforeCandidateBackward.reference({ rt, mask, h: ran.h, gates, dh }, p);
      gruBeforeGatesBackward.reference({ rt, mask, h: ran.h, gates, dh }, p);
    }
    // r_z and r_r multiply h, r_n multiplies rh, whose gradient is in dh already.
    const fromH = gates.map((d, i) => (block(i) === 2 ? 0 : d));
    const fromRh = gates.map((d, i) => (block(i) === 2 ? d : 0));
    const dr = weightGradient(ran.h, fromH);
    weightGradient(ran.rh, fromRh).forEach((d, i) => {
      dr[i] += d;
    });
    return { gates, h0: through(dh, fromH, r), r: dr };
  },
};

const rnns = recurrentActivations.map(
  (name, activation): CellCheck => ({
    name: `rnn with ${name}`,
    sizes: { x: T * slot, h0: slot, r: H * H },
    forward({ x, h0, r }, mask) {
      const h = states(h0);
      for (const p of steps) rnnForward.reference({ r, mask, x, h }, { ...p, activation });
      return { h };
    },
    backward({ r }, { h }, dh, mask) {
      const da = new Float64Array(T * slot);
      for (const p of backwardSteps) {
        rnnBackward.reference({ rt: transpose(r), mask, h, da, dh }, { ...p, activation });
      }
      return { x: da, h0: through(dh, da, r), r: weightGradient(h, da) };
    },
  }),
);

describe('cells through time agree with central differences', () => {
  for (const cell of [lstm, gru, gruBefore, ...rnns]) {
    test.each([
      ['without mask', unmasked],
      ['with mask', gaps],
    ])(`${cell.name} %s`, (_name, mask) => {
      const next = random(1, cell.name);
      const values = Object.fromEntries(
        Object.entries(cell.sizes).map(([name, size]) => [
          name,
          Float64Array.from({ length: size }, next.normal),
        ]),
      );
      // Slot 0 is the initial state, no output: nothing arrives there from above.
      const up = Float64Array.from({ length: (T + 1) * slot }, (_, i) => (i < slot ? 0 : next.normal()));
      const loss = () => cell.forward(values, mask).h.reduce((sum, h, i) => sum + up[i] * h, 0);

      const gradients = cell.backward(values, cell.forward(values, mask), up.slice(), mask);
      expect(Object.keys(gradients)).toEqual(Object.keys(cell.sizes));
      for (const [name, gradient] of Object.entries(gradients)) {
        const expected = Array.from(values[name], (_, i) => centralDifference(values[name], i, loss));
        const largest = Math.max(...expected.map(Math.abs));
        expect(largest, name).toBeGreaterThan(0);
        for (let i = 0; i < expected.length; i++) {
          const error = Math.abs(gradient[i] - expected[i]);
          expect(error, `${name}[${i}] is ${gradient[i]}, not ${expected[i]}`).toBeLessThan(1e-7 * largest);
        }
      }
    });
  }
});

/** The derivative of `f` by values[i], exact to the fourth power of the step. */
function centralDifference(values: Float64Array, i: number, f: () => number): number {
  const value = values[i];
  const at = (offset: number) => {
    values[i] = value + offset;
    return f();
  };
  const step = 1e-3;
  const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
  values[i] = value;
  return slope;
}

/** A state sequence [T+1,N,H] with slot 0 filled. */
function states(initial: Float64Array): Float64Array {
  const all = new Float64Array((T + 1) * slot);
  all.set(initial);
  return all;
}

/** [rows H, cols] transposed. */
function transpose(r: Float64Array): Float64Array {
  const cols = r.length / H;
  return r.map((_, i) => r[(i % H) * cols + Math.floor(i / H)]);
}

/** Block of element i of gates [T,N,3,H]. */
function block(i: number): number {
  return Math.floor(i / H) % 3;
}

/** Element [T,N,H] of the unit that element i of gates [T,N,3,H] belongs to. */
function unitOf(i: number): number {
  return Math.floor(i / (3 * H)) * H + (i % H);
}

/** The gradient of the initial state [N,H]: dh[0] + da[0]·rᵀ, as the layer completes it. */
function through(dh: Float64Array, da: Float64Array, r: Float64Array): Float64Array {
  const cols = r.length / H;
  return dh.slice(0, slot).map((d, i) => {
    let sum = d;
    for (let col = 0; col < cols; col++) sum += da[Math.floor(i / H) * cols + col] * r[(i % H) * cols + col];
    return sum;
  });
}

/** leftᵀ·da over all T·N rows [H,cols], as the layer makes the gradient of r. */
function weightGradient(left: Float64Array, da: Float64Array): Float64Array {
  const cols = da.length / (T * N);
  const gradient = new Float64Array(H * cols);
  for (let row = 0; row < T * N; row++) {
    for (let j = 0; j < H; j++) {
      for (let col = 0; col < cols; col++)
        gradient[j * cols + col] += left[row * H + j] * da[row * cols + col];
    }
  }
  return gradient;
}
