// One step of an LSTM with options backward, unit by unit, before its recurrent product.
import wgsl from '../../shaders/lstm_pointwise_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { cellFunctions } from './cell_activations.ts';
import { lstmConstants, lstmParams } from './lstm_pointwise_forward.ts';
import { blockAt, eachUnit, pointwiseGrid } from './pointwise_step.ts';

/**
 * With dy the gradient of y: dA_o = dy∘h(c')∘f'(a_o), dC = dc + dy∘o∘h'(c') + w_o∘dA_o (0 beyond the cell's clip),
 * dA_i = dC∘g∘f'(a_i) (coupled: dC∘(g-c)∘f'(a_i)), dA_f = dC∘c∘f'(a_f) (coupled: 0), dA_g = dC∘i∘g'(a_g),
 * dc = dC∘f + w_i∘dA_i + w_f∘dA_f.
 *
 * The derivative of lstm_pointwise_forward. gates [T,N,4,H]: a of step t on entry, dA on exit. dy: all of the gradient in
 * slot `after` of [T+1,N,H], or projected [N,H]. normalized: gates hold dA_o, and d_state [N,H] replaces dy∘o∘h'(c').
 * dc [N,H] is carried in place. Where mask [T,N] is 0, dA is 0 and slot `after` of dy is added to `before`, unless projected.
 */
export const lstmPointwiseBackward = defineKernel({
  name: 'lstm_pointwise_backward',
  wgsl,
  bindings: {
    mask: 'read u32',
    peepholes: 'read',
    c: 'read',
    d_state: 'read',
    gates: 'readwrite',
    dy: 'readwrite',
    dc: 'readwrite',
  },
  params: lstmParams,
  constants: lstmConstants,
  workgroups: pointwiseGrid,
  reference({ mask, peepholes, c, d_state, gates, dy, dc }, p) {
    const { gate, gateSlope, candidate, candidateSlope, squashed, squashedSlope } = cellFunctions(p);
    eachUnit(p, mask, ({ i, row, unit, now, next, skip }) => {
      const at = (k: number) => blockAt(p.units, 4, k, p.t * p.batch + row, unit);
      if (skip) {
        for (let k = 0; k < 4; k++) gates[at(k)] = 0;
        if (p.projected === 0) dy[now] += dy[next];
        return;
      }
      const [ai, af, ag, ao] = [0, 1, 2, 3].map((k) => gates[at(k)]);
      const peephole = (k: number) => (p.peephole === 1 ? peepholes[k * p.units + unit] : 0);
      const gradient = dy[p.projected === 1 ? i : next];
      const dOutput = p.normalized === 1 ? ao : gradient * squashed(c[next]) * gateSlope(ao);
      let dState = dc[i];
      dState += p.normalized === 1 ? d_state[i] : gradient * gate(ao) * squashedSlope(c[next]);
      dState += peephole(2) * dOutput;
      if (p.cell_clip > 0 && !(Math.abs(c[next]) < p.cell_clip)) dState = 0;
      const input = gate(ai);
      const coupled = p.coupled === 1;
      const dInput = dState * (candidate(ag) - (coupled ? c[now] : 0)) * gateSlope(ai);
      const dForget = coupled ? 0 : dState * c[now] * gateSlope(af);
      gates[at(0)] = dInput;
      gates[at(1)] = dForget;
      gates[at(2)] = dState * input * candidateSlope(ag);
      gates[at(3)] = dOutput;
      const forget = coupled ? 1 - input : gate(af);
      dc[i] = dState * forget + peephole(0) * dInput + peephole(1) * dForget;
    });
  },
  cost: (p) => ({ flops: 60 * p.batch * p.units, bytes: 60 * p.batch * p.units }),
});
