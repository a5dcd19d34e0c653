// Keras' own numbers for its optimizers and for clipping: updates of one variable, run on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { type Optimizer, optimizerFromConfig, sgd } from '../../src/training/optimizers.ts';
import { updatePlan } from '../harness/update_plan.ts';
import {
  compared,
  numbersOf,
  type Outcome,
  type Runner,
  type VectorCase,
  type VectorTensor,
} from './outcome.ts';

export interface OptimizerCase extends VectorCase {
  readonly op: 'keras_optimizer' | 'keras_clip_gradients';
  /** The class in Keras; clipping has none. */
  readonly optimizer?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly initial?: VectorTensor;
  /** One for each update, or, for clipping, one for each tensor. */
  readonly grads: readonly VectorTensor[];
  readonly check_index?: number;
  readonly expected: { readonly value: VectorTensor };
}

const names: Readonly<Record<string, string>> = {
  SGD: 'sgd',
  Adam: 'adam',
  AdamW: 'adamW',
  Nadam: 'nadam',
  Adamax: 'adamax',
  RMSprop: 'rmsprop',
  Adagrad: 'adagrad',
  Adadelta: 'adadelta',
  Lion: 'lion',
  Ftrl: 'ftrl',
};

const options: Readonly<Record<string, string>> = {
  learning_rate: 'learningRate',
  weight_decay: 'weightDecay',
  clipnorm: 'clipNorm',
  global_clipnorm: 'globalClipNorm',
  clipvalue: 'clipValue',
  use_ema: 'useEma',
  ema_momentum: 'emaMomentum',
  ema_overwrite_frequency: 'emaOverwriteFrequency',
  momentum: 'momentum',
  nesterov: 'nesterov',
  beta_1: 'beta1',
  beta_2: 'beta2',
  rho: 'rho',
  epsilon: 'epsilon',
  amsgrad: 'amsgrad',
  centered: 'centered',
  initial_accumulator_value: 'initialAccumulatorValue',
  learning_rate_power: 'learningRatePower',
  l1_regularization_strength: 'l1RegularizationStrength',
  l2_regularization_strength: 'l2RegularizationStrength',
  l2_shrinkage_regularization_strength: 'l2ShrinkageRegularizationStrength',
  beta: 'beta',
};

/** Keras' options by our names; null is what Keras writes for an option that was left out. */
function optionsOf(config: OptimizerCase['config']): Record<string, unknown> | { unknown: string } {
  const given = Object.entries(config).filter(([, value]) => value !== null);
  const unknown = given.find(([key]) => !Object.hasOwn(options, key));
  if (unknown) return { unknown: unknown[0] };
  return Object.fromEntries(given.map(([key, value]) => [options[key], value]));
}

async function runOptimizer(c: OptimizerCase, backend: Backend): Promise<Outcome> {
  const name = names[c.optimizer ?? ''];
  if (!name)
    return {
      status: 'not covered',
      reason: `${c.optimizer} is an optimizer that the library does not offer`,
    };
  const given = optionsOf(c.config);
  if ('unknown' in given) {
    return { status: 'not covered', reason: `${c.optimizer} has no option ${given.unknown} here` };
  }
  if (!c.initial) return { status: 'failed', message: 'the case gives no initial value' };
  const optimizer: Optimizer = optimizerFromConfig({ ...given, name, convention: 'keras' });
  const update = await updatePlan(backend, optimizer, [
    { shape: c.initial.shape, data: numbersOf(c.initial) },
  ]);
  try {
    c.grads.forEach((g, i) => {
      update.run(i + 1, [numbersOf(g)]);
    });
    return compared('variable', await update.weights(), c.expected.value, c.tolerance);
  } finally {
    update.dispose();
  }
}

/** Gradient descent at rate 1 from zero leaves minus the clipped gradient. */
async function runClipping(c: OptimizerCase, backend: Backend): Promise<Outcome> {
  const given = optionsOf(c.config);
  if ('unknown' in given) return { status: 'not covered', reason: `no clipping by ${given.unknown} here` };
  const zeros = c.grads.map(({ shape, data }) => ({ shape, data: new Float64Array(data.length) }));
  const update = await updatePlan(backend, sgd({ ...given, learningRate: 1, convention: 'keras' }), zeros);
  try {
    update.run(1, c.grads.map(numbersOf));
    const index = c.check_index ?? 0;
    const clipped = Array.from(await update.weights(index), (w) => -w);
    return compared(`gradient ${index}`, clipped, c.expected.value, c.tolerance);
  } finally {
    update.dispose();
  }
}

export const runner: Runner<OptimizerCase> = {
  ops: ['keras_optimizer', 'keras_clip_gradients'],
  run: (c, backend) => (c.op === 'keras_optimizer' ? runOptimizer(c, backend) : runClipping(c, backend)),
};
