// Writes without end with a model that is being trained: several characters a read, each with what the model thought.
import {
  type AnyLayer,
  type Backend,
  buildPlan,
  clock,
  type Parameters,
  type Plan,
  tunedPlan,
} from 'webgpu-rnn';
import { type Sample, sample } from '../../../../src/kernels/sample.ts';
import { keepRow } from './keep_row.ts';
import { ALTERNATIVES, type Written } from './messages.ts';
import type { Sampling } from './settings.ts';

/** Most characters of one read. */
export const CAPACITY = 32;

export interface Writer {
  readonly plan: Plan;
  /** Queues so many characters at once, without waiting for the device, and resolves when they are read. */
  write(count: number): Promise<Written>;
  /** From the next character on. */
  draw(sampling: Sampling): void;
  /** The model reads these ids next, and goes on from them; its state stays. At least one. */
  begin(ids: ArrayLike<number>): void;
  dispose(): void;
}

export interface WriterOptions {
  model: AnyLayer;
  parameters: Parameters;
  backend: Backend;
  seed: number;
  /** The id that stands before the first character. */
  first: number;
  sampling: Sampling;
}

/** Builds and loads a plan of one step for one text; it shares the parameters with the training plan. */
export async function openWriter(options: WriterOptions): Promise<Writer> {
  const { model, parameters, backend, seed } = options;
  let drawn!: Sample;
  let kept!: ReturnType<typeof keepRow>;
  const { plan } = await tunedPlan(backend, () =>
    buildPlan({ name: 'write', limits: backend.limits, parameters }, (b) => {
      const token = b.state('token', [1], { dtype: 'u32' });
      const [logits] = [model.build(b, b.view(token, 0, [1, 1]))].flat();
      const row = b.view(logits, 0, [1, logits.shape.at(-1)!]);
      kept = keepRow(b, row, CAPACITY);
      drawn = sample(b, { logits: row, token, capacity: CAPACITY });
      clock(b);
    }),
  );
  const executable = await backend.load(plan);
  const columns = kept.shape[1];
  let sampling = options.sampling;
  let runs = 0;
  let before = options.first;
  /** Ids that the visitor gave and the model has yet to read. */
  let given: number[] = [];
  let begun = true;
  const draw = (wanted: Sampling): void => {
    sampling = wanted;
    backend.write(drawn.options, [wanted.temperature, wanted.topK]);
  };
  backend.write(plan.states.clock, [0, 0, seed, 0]);
  draw(sampling);
  backend.write(drawn.token, [before]);

  return {
    plan,
    draw,
    begin(ids) {
      const [first, ...rest] = Array.from(ids);
      before = first;
      given = rest;
      begun = true;
      backend.write(drawn.token, [before]);
    },
    async write(wanted) {
      const count = Math.min(wanted, CAPACITY);
      const firstRun = runs;
      const forced: (number | undefined)[] = [];
      for (let i = 0; i < count; i++) {
        executable.run();
        const id = given.shift();
        // The next step reads what the visitor wrote in place of what was drawn.
        if (id !== undefined) backend.write(drawn.token, [id]);
        forced.push(id);
      }
      runs += count;
      const opening = begun ? before : undefined;
      begun = false;
      const settings = sampling;
      const [rows, ids] = await Promise.all([backend.read(kept), backend.read(drawn.tape)]);
      const result = blank(count + (opening === undefined ? 0 : 2));
      let at = 0;
      if (opening !== undefined) {
        result.ids[at++] = -1;
        result.ids[at] = opening;
        result.given[at++] = 1;
      }
      for (let i = 0; i < count; i++, at++) {
        const place = (firstRun + i) % CAPACITY;
        const id = forced[i] ?? ids[place];
        result.ids[at] = id;
        result.given[at] = forced[i] === undefined ? 0 : 1;
        describe(result, at, rows.subarray(place * columns, (place + 1) * columns), id, settings);
      }
      return result;
    },
    dispose: () => executable.dispose(),
  };
}

function blank(count: number): Written {
  return {
    ids: new Int32Array(count),
    probability: new Float32Array(count).fill(Number.NaN),
    rank: new Uint32Array(count),
    given: new Uint8Array(count),
    alternatives: new Uint32Array(count * ALTERNATIVES),
    byModel: new Float32Array(count * ALTERNATIVES),
    asDrawn: new Float32Array(count * ALTERNATIVES),
  };
}

/** Fills in what the model thought of one character, from its logits [V]. */
function describe(
  result: Written,
  at: number,
  logits: ArrayLike<number>,
  id: number,
  { temperature, topK }: Sampling,
): void {
  const order = Array.from({ length: logits.length }, (_, v) => v);
  order.sort((a, b) => logits[b] - logits[a] || a - b);
  const largest = logits[order[0]];
  const kept = topK > 0 ? Math.min(topK, order.length) : order.length;
  let sum = 0;
  let sumDrawn = 0;
  const weight = (v: number): number => Math.exp((logits[v] - largest) / temperature);
  for (let i = 0; i < order.length; i++) {
    sum += Math.exp(logits[order[i]] - largest);
    if (temperature > 0 && i < kept) sumDrawn += weight(order[i]);
  }
  result.probability[at] = Math.exp(logits[id] - largest) / sum;
  result.rank[at] = order.indexOf(id);
  for (let i = 0; i < Math.min(ALTERNATIVES, order.length); i++) {
    const v = order[i];
    const slot = at * ALTERNATIVES + i;
    result.alternatives[slot] = v;
    result.byModel[slot] = Math.exp(logits[v] - largest) / sum;
    if (temperature === 0) result.asDrawn[slot] = i === 0 ? 1 : 0;
    else result.asDrawn[slot] = i < kept ? weight(v) / sumDrawn : 0;
  }
}
