// The loops over batches: they queue runs without waiting for each, and read what was summed up when it is asked for.
import type { Backend } from '../backends/backend.ts';
import { sizeOf } from '../core/tensor.ts';
import { turn } from '../core/turn.ts';
import { NdArray } from '../data/nd_array.ts';
import { inFlight } from '../training/in_flight.ts';
import { sizesOf, writeBatch } from './batches.ts';
import { type Samples, takeSamples } from './model_data.ts';
import type { Mode, ModelPlan, Objective, Tally } from './model_plan.ts';
import { fromPhysical } from './physical.ts';
import type { Runtime } from './runtime.ts';
import type { PublicShape } from './sketch.ts';

/** The outputs of a model as losses and metrics know them. */
export interface OutputSpec {
  readonly name: string;
  readonly shape: PublicShape;
  /** How many of its axes its rows have, each of which has a loss: 1 of [N,D], 2 of [N,T,D] and of tags [N,T]. */
  readonly rowAxes: number;
  /** The input whose time axis its own is as long as. */
  readonly followsInput: number | undefined;
  /** The number of classes that labels for it can have. */
  readonly classes: number | undefined;
}

/** What the loops need to know of a compiled model. */
export interface Setting {
  readonly runtime: Runtime;
  readonly outputs: readonly OutputSpec[];
  readonly objectives: readonly Objective[];
  /** Numbers of an update, by its count from 1. */
  readonly hyper: (step: number) => ArrayLike<number>;
}

/** A source of batches, made anew for each pass. */
export type Batches = Iterable<Samples> | AsyncIterable<Samples>;

/** Cuts samples into batches in the order of `indices`; the last one may be smaller. */
export function* cut(samples: Samples, indices: ArrayLike<number>, batchSize: number): Generator<Samples> {
  for (let from = 0; from < indices.length; from += batchSize) {
    yield takeSamples(samples, Array.prototype.slice.call(indices, from, from + batchSize));
  }
}

/** Batches in the order of the samples. */
export function inOrder(samples: Samples, batchSize: number): Generator<Samples> {
  return cut(
    samples,
    Array.from({ length: samples.x[0].length }, (_, i) => i),
    batchSize,
  );
}

/** Plans whose sums a pass leaves on the device; those of the plan that was not used for longest are read first. */
const OPEN = 12;

/** One pass over batches of training or testing, whose sums stay on the device until they are read. */
export class Pass {
  readonly #setting: Setting;
  readonly #mode: Exclude<Mode, 'predict'>;
  /** The plans whose sums are on the device, in the order of their last use. */
  readonly #open = new Set<ModelPlan>();
  #current: ModelPlan | undefined;
  /** One queue for all plans: they run on one device, one after the other. */
  readonly #queue = inFlight({ finished: async () => this.#current?.executable.finished() });
  /** Sums of plans that are not open any more. */
  #settled: Float64Array[] | undefined;

  constructor(setting: Setting, mode: Exclude<Mode, 'predict'>) {
    this.#setting = setting;
    this.#mode = mode;
  }

  /** Queues the run of one batch; `step` gives the number of the update, in training. */
  async run(samples: Samples, step?: () => number): Promise<void> {
    const { runtime, outputs, objectives, hyper } = this.#setting;
    await runtime.alone(async (backend) => {
      const plan = await runtime.plan(backend, sizesOf(this.#mode, samples, objectives, outputs));
      await this.#use(backend, plan);
      writeBatch(backend, runtime.graph, plan, samples);
      if (plan.hyper && step) backend.write(plan.hyper, hyper(step()));
      await runtime.run(backend, plan, this.#mode === 'train');
    });
    await this.#queue.submitted();
  }

  async drained(): Promise<void> {
    await this.#queue.drained();
  }

  /** Reads the sums of all plans of the pass: losses and metrics by name. */
  logs(): Promise<Record<string, number>> {
    return this.#setting.runtime.alone(async () => {
      const plans = [...this.#open];
      if (plans.length === 0) return {};
      const sums = await Promise.all(plans.map((plan) => plan.readTallies()));
      const total = sums.reduce(added, this.#settled ?? zerosLike(sums[0]));
      return namedLogs(plans[0].tallies, total, this.#setting.outputs);
    });
  }

  /** Lets the plans go; the pass is over. */
  close(): void {
    for (const plan of this.#open) this.#setting.runtime.letGo(plan);
    this.#open.clear();
  }

  async #use(backend: Backend, plan: ModelPlan): Promise<void> {
    const { runtime } = this.#setting;
    if (!this.#open.delete(plan)) {
      for (const { state } of plan.tallies) backend.write(state, new Float64Array(sizeOf(state.shape)));
      runtime.hold(plan);
    }
    this.#open.add(plan);
    this.#current = plan;
    if (this.#open.size <= OPEN) return;
    const [oldest] = this.#open;
    const sums = await oldest.readTallies();
    this.#settled = added(this.#settled ?? zerosLike(sums), sums);
    this.#open.delete(oldest);
    runtime.letGo(oldest);
  }
}

function added(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array[] {
  return a.map((sums, k) => sums.map((value, i) => value + b[k][i]));
}

function zerosLike(sums: readonly Float64Array[]): Float64Array[] {
  return sums.map((one) => new Float64Array(one.length));
}

/** Names as Keras gives them: loss, then, where several outputs are judged, each output's, then the metrics. */
function namedLogs(
  tallies: readonly Tally[],
  sums: readonly Float64Array[],
  outputs: readonly OutputSpec[],
): Record<string, number> {
  const losses = tallies.flatMap((tally, i) =>
    tally.name === 'loss' ? [{ ...tally, value: tally.result(sums[i]) }] : [],
  );
  const logs: Record<string, number> = { loss: losses.reduce((sum, { value }) => sum + value, 0) };
  if (outputs.length > 1) {
    for (const { output, value, weight } of losses) {
      if (output !== undefined) logs[`${outputs[output].name}_loss`] = value / weight;
    }
  }
  tallies.forEach((tally, i) => {
    if (tally.name === 'loss') return;
    const prefix = outputs.length > 1 && tally.output !== undefined ? `${outputs[tally.output].name}_` : '';
    const base = `${prefix}${tally.name}`;
    let name = base;
    for (let k = 1; name in logs; k++) name = `${base}_${k}`;
    logs[name] = tally.result(sums[i]);
  });
  return logs;
}

/** Batches of a prediction whose results are on their way while the next one is computed. */
const AHEAD = 2;

/** Runs the model over batches and puts the outputs together along the batch. */
export async function predictAll(
  setting: Setting,
  batches: Iterable<Samples>,
  signal?: AbortSignal,
): Promise<NdArray[]> {
  const { runtime, outputs, objectives } = setting;
  const parts: NdArray[][] = outputs.map(() => []);
  const pending: Promise<NdArray[]>[] = [];
  const collect = async () => {
    const arrays = await pending.shift()!;
    arrays.forEach((array, i) => {
      parts[i].push(array);
    });
  };
  for (const samples of batches) {
    signal?.throwIfAborted();
    const reading = await runtime.alone(async (backend) => {
      const plan = await runtime.plan(backend, sizesOf('predict', samples, objectives, outputs));
      writeBatch(backend, runtime.graph, plan, samples);
      await runtime.run(backend, plan, false);
      // The copies are queued here; what comes later cannot change them.
      const reads = plan.outputs.map(async (t) => fromPhysical(t, await backend.read(t)));
      return { arrays: Promise.all(reads) };
    });
    // Awaited later, or not at all where another batch fails first.
    reading.arrays.catch(() => {});
    pending.push(reading.arrays);
    if (pending.length > AHEAD) await collect();
    await turn();
  }
  while (pending.length > 0) await collect();
  return parts.map(joined);
}

/** Arrays behind one another along the first axis. */
export function joined(parts: readonly NdArray[]): NdArray {
  if (parts.length === 1) return parts[0];
  const { data, shape } = parts[0];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const out = new (data.constructor as Float32ArrayConstructor)(length * parts[0].stride);
  let at = 0;
  for (const part of parts) {
    out.set(part.data as Float32Array, at);
    at += part.data.length;
  }
  return new NdArray([length, ...shape.slice(1)], out);
}
