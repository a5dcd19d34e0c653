// The equations of cells with options, written out step by step in plain loops, without the kernels' layouts.

/** A weight by name, [rows, cols] row-major in file layout; `at(name, row, col)`. */
export interface Weights {
  at(name: string, row: number, col: number): number;
  has(name: string): boolean;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** x·W over one row: `rows` features to `cols` columns. */
function product(w: Weights, name: string, x: readonly number[], cols: number, first = 0): number[] {
  return Array.from({ length: cols }, (_, col) =>
    x.reduce((sum, value, row) => sum + value * w.at(name, row, first + col), 0),
  );
}

/** (v - mean)/√(variance + 1e-3)∘gain; without `normalized` v itself. */
function norm(w: Weights, gain: string, v: readonly number[], first = 0): number[] {
  if (!w.has(gain)) return [...v];
  const mean = v.reduce((a, b) => a + b) / v.length;
  const variance = v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length;
  return v.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-3)) * w.at(gain, 0, first + i));
}

const bias = (w: Weights, row: number, col: number): number => (w.has('bias') ? w.at('bias', row, col) : 0);

/** One step of an LSTM with what there are weights for; gates i,f,g,o. Returns h and c. */
export function lstmStep(
  w: Weights,
  x: readonly number[],
  [h, c]: readonly [readonly number[], readonly number[]],
): [number[], number[]] {
  const H = c.length;
  const fromX = norm(w, 'kernel_gamma', product(w, 'kernel', x, 4 * H));
  const fromH = norm(w, 'recurrent_gamma', product(w, 'recurrent_kernel', h, 4 * H));
  const a = fromX.map((value, i) => value + fromH[i] + bias(w, 0, i));
  const peephole = (row: number, unit: number) => (w.has('peephole') ? w.at('peephole', row, unit) : 0);
  const next = c.map((state, j) => {
    const i = sigmoid(a[j] + peephole(0, j) * state);
    const f = sigmoid(a[H + j] + peephole(1, j) * state);
    return f * state + i * Math.tanh(a[2 * H + j]);
  });
  const shown = norm(w, 'state_gamma', next).map(
    (v, j) => v + (w.has('state_beta') ? w.at('state_beta', 0, j) : 0),
  );
  const y = shown.map((v, j) => sigmoid(a[3 * H + j] + peephole(2, j) * next[j]) * Math.tanh(v));
  if (!w.has('projection_kernel')) return [y, next];
  return [product(w, 'projection_kernel', y, h.length), next];
}

/** One step of a GRU, gates z,r,h; gates and candidate are normalised apart. */
export function gruStep(
  w: Weights,
  x: readonly number[],
  h: readonly number[],
  resetAfter: boolean,
): number[] {
  const H = h.length;
  const parts = (gain: string, name: string, v: readonly number[], first: number, count: number) =>
    norm(w, gain, product(w, name, v, count * H, first * H), first * H);
  const gatesX = parts('kernel_gamma', 'kernel', x, 0, 2);
  const candidateX = parts('kernel_gamma', 'kernel', x, 2, 1);
  const gatesH = parts('recurrent_gamma', 'recurrent_kernel', h, 0, 2);
  const second = (col: number) => (resetAfter ? bias(w, 1, col) : 0);
  const gates = gatesX.map((v, i) => sigmoid(v + gatesH[i] + bias(w, 0, i) + second(i)));
  const reset = gates.slice(H);
  const seen = resetAfter ? h : h.map((v, j) => v * reset[j]);
  const candidateH = parts('recurrent_gamma', 'recurrent_kernel', seen, 2, 1);
  return h.map((v, j) => {
    const q = candidateH[j] + second(2 * H + j);
    const n = Math.tanh(candidateX[j] + bias(w, 0, 2 * H + j) + (resetAfter ? reset[j] * q : q));
    return gates[j] * v + (1 - gates[j]) * n;
  });
}

/** One step of a plain recurrent cell. */
export function rnnStep(w: Weights, x: readonly number[], h: readonly number[]): number[] {
  const fromX = norm(w, 'kernel_gamma', product(w, 'kernel', x, h.length));
  const fromH = norm(w, 'recurrent_gamma', product(w, 'recurrent_kernel', h, h.length));
  return fromX.map((v, i) => Math.tanh(v + fromH[i] + bias(w, 0, i)));
}
