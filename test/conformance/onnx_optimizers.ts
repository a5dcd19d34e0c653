// The numbers of ONNX' own tests for training operators: one update of some weights, with slots that have a past.
import type { Backend } from '../../src/backends/backend.ts';
import { sizeOf } from '../../src/core/tensor.ts';
import { adagrad, adam, type Optimizer, sgd } from '../../src/training/optimizers.ts';
import { updatePlan } from '../harness/update_plan.ts';
import type { OnnxCase } from './onnx_misc.ts';
import { compared, numbersOf, type Outcome } from './outcome.ts';

interface Update {
  readonly optimizer: Optimizer;
  /** Its slots, in the order of the operator's inputs. */
  readonly slots: readonly string[];
}

type Attributes = Readonly<Record<string, number>>;

/** `rate` and `updates` are the operator's R and T: updates before this one. */
const updates: Readonly<
  Record<string, (attrs: Attributes, rate: number, updates: number) => Update | string>
> = {
  Adagrad: ({ decay_factor, epsilon, norm_coefficient }, rate, before) => ({
    optimizer: adagrad({
      ...{ convention: 'torch', initialAccumulatorValue: 0, epsilon, weightDecay: norm_coefficient },
      learningRate: rate / (1 + before * decay_factor),
    }),
    slots: ['adagrad/square'],
  }),
  Adam({ alpha, beta, epsilon, norm_coefficient }, rate, before) {
    if (before > 0) return 'only a first update, which corrects no bias, is in the file';
    // What the correction of a first step would do is taken out of rate and epsilon.
    const root = Math.sqrt(1 - beta);
    return {
      optimizer: adam({
        ...{ convention: 'torch', beta1: alpha, beta2: beta, weightDecay: norm_coefficient },
        learningRate: (rate * (1 - alpha)) / root,
        epsilon: epsilon / root,
      }),
      slots: ['adam/mean', 'adam/square'],
    };
  },
  Momentum({ alpha, beta, mode, norm_coefficient }, rate, before) {
    if (before > 0 && beta !== 1)
      return 'no optimizer of Keras or torch weighs the gradient before it is added';
    return {
      optimizer: sgd({
        ...{ convention: 'torch', learningRate: rate, momentum: alpha, weightDecay: norm_coefficient },
        nesterov: (mode as unknown) === 'nesterov',
      }),
      slots: ['sgd/velocity'],
    };
  },
};

export const optimizerOps = Object.keys(updates);

/** Runs one update. Inputs are R, T, then all weights, all gradients, and each kind of slot of all weights. */
export async function updateOutcome(c: OnnxCase, backend: Backend): Promise<Outcome> {
  const [rate, before] = ['R', 'T'].map((name) => numbersOf(c.inputs[name])[0]);
  const update = updates[c.op](c.attrs as Attributes, rate, before);
  if (typeof update === 'string') return { status: 'not covered', reason: update };
  const { optimizer, slots } = update;
  const tensors = c.input_order!.slice(2).map((name) => c.inputs[name]);
  const count = tensors.length / (2 + slots.length);
  const group = (i: number) => tensors.slice(i * count, (i + 1) * count);
  const weights = group(0).map((t) => ({ shape: t.shape, data: numbersOf(t) }));
  const plan = await updatePlan(backend, optimizer, weights);
  try {
    const { parameters } = plan;
    slots.forEach((name, s) => {
      const values = new Float64Array(parameters.size);
      parameters.all.forEach((t, i) => {
        values.set(numbersOf(group(2 + s)[i]), t.offset);
      });
      backend.write(parameters.slots.get(name)!, values);
    });
    plan.run(1, group(1).map(numbersOf));
    const slotValues = await Promise.all(slots.map((name) => backend.read(parameters.slots.get(name)!)));
    const results = [
      ...(await Promise.all(weights.map((_, i) => plan.weights(i)))),
      ...slotValues.flatMap((values) =>
        parameters.all.map((t) => values.slice(t.offset, t.offset + sizeOf(t.shape))),
      ),
    ];
    for (const [i, name] of c.output_order!.entries()) {
      const outcome = compared(name, results[i], c.expected[name], c.tolerance);
      if (outcome.status !== 'passed') return outcome;
    }
    return { status: 'passed' };
  } finally {
    plan.dispose();
  }
}
