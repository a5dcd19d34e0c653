// The output of an LSTM step whose cell state is normalised, backward.
import wgsl from '../../shaders/lstm_output_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { cellFunctions } from './cell_activations.ts';
import { lstmOutputConstants, lstmOutputParams } from './lstm_output_forward.ts';
import { blockAt, eachUnit, pointwiseGrid } from './pointwise_step.ts';

/**
 * dA_o = dy∘h(s)∘f'(a_o), ds = dy∘f(a_o)∘h'(s): the derivative of lstm_output_forward.
 *
 * gates [T,N,4,H]: a_o of step t on entry, dA_o on exit. s, ds [T,N,H]. dy: slot `after` of [T+1,N,H], or projected [N,H].
 * Zeros where mask [T,N] is 0.
 */
export const lstmOutputBackward = defineKernel({
  name: 'lstm_output_backward',
  wgsl,
  bindings: { mask: 'read u32', s: 'read', dy: 'read', gates: 'readwrite', ds: 'readwrite' },
  params: lstmOutputParams,
  constants: lstmOutputConstants,
  workgroups: pointwiseGrid,
  reference({ mask, s, dy, gates, ds }, p) {
    const { gate, gateSlope, squashed, squashedSlope } = cellFunctions(p);
    eachUnit(p, mask, ({ i, row, unit, next, step, skip }) => {
      const at = blockAt(p.units, 4, 3, p.t * p.batch + row, unit);
      const gradient = skip ? 0 : dy[p.projected === 1 ? i : next];
      const a = gates[at];
      gates[at] = skip ? 0 : gradient * squashed(s[step]) * gateSlope(a);
      ds[step] = skip ? 0 : gradient * gate(a) * squashedSlope(s[step]);
    });
  },
  cost: (p) => ({ flops: 30 * p.batch * p.units, bytes: 20 * p.batch * p.units }),
});
