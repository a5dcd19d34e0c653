// One plan of a model for one size of batch: to train, to test or to predict, with its losses, metrics and running sums.
import type { Backend, Executable } from '../backends/backend.ts';
import { type Builder, buildPlan } from '../core/builder.ts';
import type { Parameters } from '../core/parameters.ts';
import type { Plan } from '../core/plan.ts';
import { type DType, sizeOf, type Tensor } from '../core/tensor.ts';
import { emitConstraints } from '../layers/constraints.ts';
import type { Loss } from '../training/losses/loss.ts';
import type { Metric } from '../training/metrics/metric.ts';
import type { Optimizer } from '../training/optimizers.ts';
import { tunedPlan } from '../training/tuned_plan.ts';
import { buildGraph, type Graph } from './graph.ts';
import { judge } from './judge.ts';
import { declareInputs, rowsOf } from './physical.ts';

export type Mode = 'train' | 'test' | 'predict';

/** What a loss and its metrics are told of one output. */
export interface Objective {
  /** Undefined where nothing judges this output. */
  readonly loss: Loss | undefined;
  /** What its loss and gradient are multiplied by. */
  readonly weight: number;
  readonly metrics: readonly Metric[];
  /** Metrics in which rows count by their weights. */
  readonly weightedMetrics: readonly Metric[];
}

/** Whether an output has a target: to be measured, or for a loss, even one of weight 0. */
export function isJudged({ loss, metrics, weightedMetrics }: Objective): boolean {
  return loss !== undefined || metrics.length + weightedMetrics.length > 0;
}

/** What plans of one model differ by. */
export interface PlanSizes {
  readonly mode: Mode;
  /** N */
  readonly batch: number;
  /** Of each input, batch-major without the batch. */
  readonly inputs: readonly (readonly number[])[];
  /** Of each output that is judged: dtype and shape as it lies in storage. */
  readonly targets: readonly (TargetSize | undefined)[];
  /** Whether a mask [N,T] comes with each of the inputs. */
  readonly masked: readonly boolean[];
}

export interface TargetSize {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Whether the first two axes are swapped in storage, as everywhere but in label sequences [N,S]. */
  readonly timeMajor: boolean;
  /** Whether a weight for each row of the output comes along. */
  readonly weighted: boolean;
}

/** What is summed over an epoch on the device. */
export interface Tally {
  /** `loss`, or the name of a metric; `output` is the position of the output it belongs to. */
  readonly name: string;
  readonly output: number | undefined;
  /** What a loss was multiplied by; 1 for metrics and penalties. */
  readonly weight: number;
  readonly state: Tensor;
  /** The number for the epoch, of the state's contents summed over all plans. */
  result(values: ArrayLike<number>): number;
}

export interface ModelPlan {
  readonly executable: Executable;
  readonly inputs: readonly Tensor[];
  /** [T,N] for each input that is masked. */
  readonly masks: readonly (Tensor | undefined)[];
  readonly targets: readonly (Tensor | undefined)[];
  /** Of each target: see TargetSize. */
  readonly timeMajor: readonly (boolean | undefined)[];
  readonly weights: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly tallies: readonly Tally[];
  /** Reads what all tallies have summed up, in one read-back. */
  readTallies(): Promise<Float64Array[]>;
  /** Frees what belongs to this plan alone. */
  dispose(): void;
  /** Called when the plan is freed. */
  onDispose(listener: () => void): void;
  /** Storage that belongs to this plan alone. */
  readonly bytes: number;
  /** Where dropout draws from, in plans that drop. */
  readonly clock: Tensor | undefined;
  /** The numbers of the update, in training plans. */
  readonly hyper: Tensor | undefined;
  /** What recurrent layers carry from run to run, by name. */
  readonly carried: Readonly<Record<string, Tensor>>;
}

/** Builds and loads the plan. */
export async function loadModelPlan(options: {
  name: string;
  graph: Graph;
  parameters: Parameters;
  backend: Backend;
  sizes: PlanSizes;
  objectives: readonly Objective[];
  optimizer: Optimizer | undefined;
}): Promise<ModelPlan> {
  const { graph, parameters, backend, sizes, objectives, optimizer, name } = options;
  const training = sizes.mode === 'train';
  let parts!: Omit<
    ModelPlan,
    'executable' | 'carried' | 'clock' | 'timeMajor' | 'readTallies' | 'dispose' | 'onDispose' | 'bytes'
  >;
  const { plan } = await tunedPlan(backend, () =>
    buildPlan({ name: `${name} ${sizes.mode}`, limits: backend.limits, parameters, training }, (b) => {
      const inputs = declareInputs(b, graph.inputs, sizes.batch, sizes.inputs);
      const masks = inputs.map((t, i) => (sizes.masked[i] ? declareMask(b, t) : undefined));
      const outputs = buildGraph(b, graph, inputs);
      if (sizes.mode === 'predict') {
        outputs.forEach((t, i) => {
          b.output(`output ${i}`, t);
        });
        parts = { inputs, masks, targets: [], weights: [], outputs, tallies: [], hyper: undefined };
        return;
      }
      const targets = sizes.targets.map(
        (target, i) => target && b.input(`target ${i}`, target.shape, { dtype: target.dtype }),
      );
      const weights = sizes.targets.map((target, i) =>
        target?.weighted ? b.input(`weight ${i}`, rowsOf(outputs[i])) : undefined,
      );
      const tallies = judge(b, { outputs, targets, weights, objectives, batch: sizes.batch });
      let hyper: Tensor | undefined;
      if (training && optimizer) {
        b.backward();
        hyper = b.scope(optimizer.name, () => optimizer.build(b)).hyper;
        emitConstraints(b);
      }
      parts = { inputs, masks, targets, weights, outputs, tallies, hyper };
    }),
  );
  const executable = await backend.load(plan);
  const listeners: (() => void)[] = [];
  const report = await loadReport(`${name} ${sizes.mode} report`, backend, parameters, parts.tallies);
  return {
    ...parts,
    executable,
    carried: Object.fromEntries(Object.entries(plan.states).filter(([, t]) => t.carried)),
    timeMajor: sizes.targets.map((target) => target?.timeMajor),
    clock: plan.states.clock,
    readTallies: report.read,
    bytes: ownBytes(plan),
    onDispose: (listener) => void listeners.push(listener),
    dispose() {
      for (const listener of listeners) listener();
      executable.dispose();
      report.dispose();
    },
  };
}

/** What a plan has besides the weights, gradients and slots that all plans share. */
function ownBytes(plan: Plan): number {
  const { input, state, activation, scratch } = plan.memory();
  return input + state + activation + scratch;
}

/** A plan that puts the sums of all tallies side by side, so that one read-back brings them. */
async function loadReport(
  name: string,
  backend: Backend,
  parameters: Parameters,
  tallies: readonly Tally[],
): Promise<{ read(): Promise<Float64Array[]>; dispose(): void }> {
  if (tallies.length === 0) return { read: async () => [], dispose() {} };
  const ends: number[] = [];
  for (const { state } of tallies) ends.push((ends.at(-1) ?? 0) + sizeOf(state.shape));
  let all!: Tensor;
  const plan = buildPlan({ name, limits: backend.limits, parameters }, (b) => {
    all = b.scratch('tallies', [ends.at(-1)!]);
    tallies.forEach(({ state }, i) => {
      b.copy(state, b.view(all, ends[i] - sizeOf(state.shape), state.shape));
    });
  });
  const executable = await backend.load(plan);
  return {
    async read() {
      executable.run();
      const values = await backend.read(all);
      return tallies.map(({ state }, i) =>
        Float64Array.from(values.subarray(ends[i] - sizeOf(state.shape), ends[i])),
      );
    },
    dispose: () => executable.dispose(),
  };
}

/** A mask [T,N] of an input. */
function declareMask(b: Builder, input: Tensor): Tensor {
  const [T, N] = input.shape;
  const mask = b.input(`mask of ${input.name}`, [T, N], { dtype: 'u32' });
  b.setMask(input, mask);
  return mask;
}
