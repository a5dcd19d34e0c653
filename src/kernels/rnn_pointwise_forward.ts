// One step of a plain recurrent cell with options, unit by unit, after its recurrent product.
import wgsl from '../../shaders/rnn_pointwise_forward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { activationConstants, activationParams, cellFunctions } from './cell_activations.ts';
import { eachUnit, pointwiseGrid, stepParams } from './pointwise_step.ts';

/**
 * a = gates[t] + S, h' = f(a).
 *
 * gates [T,N,H]: step t holds x·W + b and gets a. sums [N,H] = S. h [T+1,N,H]: slot `before` is read, `after` written; where
 * mask [T,N] is 0, the state goes on.
 */
export const rnnPointwiseForward = defineKernel({
  name: 'rnn_pointwise_forward',
  wgsl,
  bindings: { sums: 'read', mask: 'read u32', gates: 'readwrite', h: 'readwrite' },
  params: { ...stepParams, ...activationParams },
  constants: activationConstants,
  workgroups: pointwiseGrid,
  reference({ sums, mask, gates, h }, p) {
    const { gate } = cellFunctions(p);
    eachUnit(p, mask, ({ i, now, next, step, skip }) => {
      if (!skip) gates[step] += sums[i];
      h[next] = skip ? h[now] : gate(gates[step]);
    });
  },
  cost: (p) => ({ flops: 10 * p.batch * p.units, bytes: 16 * p.batch * p.units }),
});
