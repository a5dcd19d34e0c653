// Cases of a step of an LSTM with options backward.
import { type KernelCase, normal, type TensorCase } from './kernel_case.ts';
import { type LstmCase, lstmStep, lstmSteps } from './lstm_pointwise_forward.cases.ts';

function backward(name: string, o: LstmCase): KernelCase {
  const { T, N, H, mask, params, projected, extra } = lstmStep(o);
  const clip = o.cellClip;
  const states = normal([T + 1, N, H], 0.5);
  // States as the forward step leaves them: at most the clip, and often the clip itself.
  const clipped: TensorCase = {
    ...states,
    values: (next) => (clip ? Math.min(Math.max(states.values(next), -clip), clip) : states.values(next)),
  };
  return {
    name,
    params,
    tensors: {
      mask,
      peepholes: normal([3, H]),
      c: clipped,
      d_state: normal([N, H]),
      gates: normal([T, N, 4, H]),
      dy: normal(projected ? [N, H] : [T + 1, N, H]),
      dc: normal([N, H]),
    },
    ...extra,
  };
}

export const cases: readonly KernelCase[] = lstmSteps.map(([name, o]) => backward(name, o));
