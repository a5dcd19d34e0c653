// One step of a plain recurrent cell with options backward, unit by unit, before its recurrent product.
import wgsl from '../../shaders/rnn_pointwise_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { activationConstants, activationParams, cellFunctions } from './cell_activations.ts';
import { eachUnit, pointwiseGrid, stepParams } from './pointwise_step.ts';

/**
 * dA = dh∘f'(a): the derivative of rnn_pointwise_forward.
 *
 * gates [T,N,H]: a of step t on entry, dA on exit. dh [T+1,N,H] has all of the gradient of slot `after`; where mask [T,N]
 * is 0, dA is 0 and that goes on into `before`.
 */
export const rnnPointwiseBackward = defineKernel({
  name: 'rnn_pointwise_backward',
  wgsl,
  bindings: { mask: 'read u32', gates: 'readwrite', dh: 'readwrite' },
  params: { ...stepParams, ...activationParams },
  constants: activationConstants,
  workgroups: pointwiseGrid,
  reference({ mask, gates, dh }, p) {
    const { gateSlope } = cellFunctions(p);
    eachUnit(p, mask, ({ now, next, step, skip }) => {
      gates[step] = skip ? 0 : dh[next] * gateSlope(gates[step]);
      if (skip) dh[now] += dh[next];
    });
  },
  cost: (p) => ({ flops: 10 * p.batch * p.units, bytes: 16 * p.batch * p.units }),
});
