// The norm of the gradients that the last step left, for whoever asks where the optimizer itself has no use for it.
import type { Backend, Executable } from '../backends/backend.ts';
import { buildPlan } from '../core/builder.ts';
import type { Parameters } from '../core/parameters.ts';
import type { Tensor } from '../core/tensor.ts';
import { clipScale } from '../kernels/clip_scale.ts';

export interface GradientNorm {
  /** The Euclidean norm over all gradients of the parameters, as they lie there now. */
  read(): Promise<number>;
  dispose(): void;
}

/** Makes a plan of its own for the norm, built and loaded when it is first read: a step that is not asked pays nothing. */
export function gradientNorm(backend: Backend, parameters: Parameters): GradientNorm {
  let clip!: Tensor;
  let loading: Promise<Executable> | undefined;
  const load = (): Promise<Executable> => {
    const plan = buildPlan({ name: 'gradient norm', limits: backend.limits, parameters }, (b) => {
      clip = clipScale(b, parameters.gradients, { max_norm: 0, norm_epsilon: 0 });
    });
    return backend.load(plan);
  };
  return {
    async read() {
      loading ??= load();
      (await loading).run();
      return (await backend.read(clip))[0];
    },
    dispose() {
      // A load that failed has told whoever read; there is nothing to free.
      loading?.then(
        (executable) => executable.dispose(),
        () => {},
      );
    },
  };
}
