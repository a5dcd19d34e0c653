// Looks inside a trained network: runs its weights over sequences and reads the gates and states of every unit at every step.
import {
  type Backend,
  buildPlan,
  type CellName,
  type Executable,
  type Layer,
  type Outputs,
  type Parameters,
  type Tensor,
} from 'webgpu-rnn';

/** A recurrent layer of a network. */
export interface LayerFacts {
  readonly name: string;
  readonly cell: CellName;
  readonly units: number;
}

/** What one recurrent layer did; all row-major. */
export interface LayerTrace extends Omit<LayerFacts, 'cell'> {
  /** [T,N,H], after each step; an LSTM has it. */
  readonly cell?: Float32Array;
  /** [T,N,H], after each step. */
  readonly hidden: Float32Array;
  /**
   * Behind their activations: of an LSTM i, f, g, o of each unit side by side [T,N,H,4], of a GRU blocks z, r and the
   * candidate [T,N,3,H], of a plain layer the state itself [T,N,H].
   */
  readonly gates: Float32Array;
}

export interface Recording {
  readonly steps: number;
  readonly batch: number;
  readonly layers: readonly LayerTrace[];
  /** [T,N,V]: what the network says comes next, as it says it (probabilities or logits). */
  readonly told: Float32Array;
  readonly symbols: number;
}

export interface Watcher {
  readonly steps: number;
  readonly batch: number;
  /** The recurrent layers from the bottom up. */
  readonly layers: readonly LayerFacts[];
  /** Runs over ids [N,T], at most `steps` long, from states of zero; records these layers, or all. */
  record(ids: readonly ArrayLike<number>[], which?: readonly number[]): Promise<Recording>;
  dispose(): void;
}

/** What is watched at a step, each a heat-map of units over steps. */
export type PlaneName = 'cell' | 'hidden' | 'input' | 'forget' | 'update' | 'reset' | 'candidate' | 'output';
/** [H,T] each, in the order in which they are shown: a row for each unit. */
export type Planes = Partial<Record<PlaneName, Float32Array>>;

/** The gates of each cell in the order of its kernels. */
const gateNames: Readonly<Record<CellName, readonly PlaneName[]>> = {
  lstm: ['input', 'forget', 'candidate', 'output'],
  gru: ['update', 'reset', 'candidate'],
  rnn: [],
};

/**
 * Builds a plan of a model's layers that shares its weights, for `batch` sequences of at most `steps` symbols; with
 * `symbols` these go in as one-hot rows, else as ids.
 */
export async function watcher(options: {
  model: Layer<Outputs>;
  parameters: Parameters;
  backend: Backend;
  steps: number;
  batch: number;
  symbols?: number;
}): Promise<Watcher> {
  const { model, parameters, backend, steps, batch, symbols } = options;
  let x!: Tensor;
  let told!: Tensor;
  const plan = buildPlan({ name: 'watch', limits: backend.limits, parameters }, (b) => {
    x = symbols ? b.input('x', [steps, batch, symbols]) : b.input('x', [steps, batch], { dtype: 'u32' });
    told = model.build(b, x) as Tensor;
    return { told };
  });
  const root = (name: string) => plan.roots.find((t) => t.name === name);
  const layers = plan.roots
    .filter((t) => t.role === 'activation' && t.name.endsWith('/gates'))
    .map((gates) => {
      const name = gates.name.slice(0, -'/gates'.length);
      const [h, c] = [root(`${name}/h`)!, root(`${name}/c`)];
      const units = h.shape.at(-1)!;
      const cell: CellName = c ? 'lstm' : gates.shape.at(-1) === 3 * units ? 'gru' : 'rnn';
      return { name, cell, units, gates, h, c };
    });
  const carried = Object.values(plan.states).filter((t) => t.carried);
  const executable: Executable = await backend.load(plan);
  const V = told.shape.at(-1)!;
  return {
    steps,
    batch,
    layers: layers.map(({ name, cell, units }) => ({ name, cell, units })),
    async record(ids, which) {
      backend.write(x, symbols ? oneHotTimeMajor(ids, steps, batch, symbols) : timeMajor(ids, steps, batch));
      for (const t of carried) backend.write(t, new Float32Array(t.shape.reduce((n, size) => n * size, 1)));
      executable.run();
      const traces: LayerTrace[] = [];
      for (const { name, units, gates, h, c } of which?.map((i) => layers[i]) ?? layers) {
        // Slot 0 of a state sequence [T+1,N,H] is the state before the first step.
        const after = async (t: Tensor) => Float32Array.from(await backend.read(t)).subarray(batch * units);
        traces.push({
          ...{ name, units, hidden: await after(h), ...(c && { cell: await after(c) }) },
          gates: Float32Array.from(await backend.read(gates)),
        });
      }
      return { steps, batch, layers: traces, told: Float32Array.from(await backend.read(told)), symbols: V };
    },
    dispose: () => executable.dispose(),
  };
}

/** The heat-maps of one sequence of a recording. */
export function planesOf(recording: Recording, layer: number, sequence: number, length: number): Planes {
  const { cell, hidden, gates, units } = recording.layers[layer];
  const { batch } = recording;
  const plane = (at: (row: number, unit: number) => number) => {
    const values = new Float32Array(units * length);
    for (let t = 0; t < length; t++) {
      for (let u = 0; u < units; u++) values[u * length + t] = at(t * batch + sequence, u);
    }
    return values;
  };
  const kind: CellName = cell ? 'lstm' : gates.length === 3 * hidden.length ? 'gru' : 'rnn';
  const names = gateNames[kind];
  const gate = (g: number) =>
    plane((row, u) => gates[cell ? 4 * (row * units + u) + g : (row * names.length + g) * units + u]);
  return {
    ...(cell && { cell: plane((row, u) => cell[row * units + u]) }),
    hidden: plane((row, u) => hidden[row * units + u]),
    ...Object.fromEntries(names.map((name, g) => [name, gate(g)])),
  };
}

/** The likeliest next symbol after each step of one sequence, and how likely it is. */
export function expected(
  { told, batch, symbols }: Recording,
  sequence: number,
  length: number,
  { logits }: { logits: boolean },
): { symbol: number; probability: number }[] {
  return Array.from({ length }, (_, t) => {
    const from = (t * batch + sequence) * symbols;
    const row = told.subarray(from, from + symbols);
    const most = row.reduce((a, b) => Math.max(a, b));
    const symbol = row.indexOf(most);
    const total = logits ? row.reduce((sum, value) => sum + Math.exp(value - most), 0) : 1;
    return { symbol, probability: logits ? 1 / total : most };
  });
}

function timeMajor(ids: readonly ArrayLike<number>[], steps: number, batch: number): Uint32Array {
  const rows = new Uint32Array(steps * batch);
  ids.forEach((row, n) => {
    for (let t = 0; t < row.length; t++) rows[t * batch + n] = row[t];
  });
  return rows;
}

function oneHotTimeMajor(
  ids: readonly ArrayLike<number>[],
  steps: number,
  batch: number,
  symbols: number,
): Float32Array {
  const rows = new Float32Array(steps * batch * symbols);
  ids.forEach((row, n) => {
    for (let t = 0; t < row.length; t++) rows[(t * batch + n) * symbols + row[t]] = 1;
  });
  return rows;
}
