// Our own golden cases of metrics: an epoch of two batches, with weights of samples and masks of steps, on any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { NdArray } from '../../src/data/nd_array.ts';
import { publicShape } from '../../src/layers/layout.ts';
import { toPhysical } from '../../src/models/physical.ts';
import { type MetricState, metric } from '../../src/training/metrics.ts';
import { expectClose, loadGolden } from '../harness/golden.ts';

interface Listed {
  key: string;
  className: string;
  config: Record<string, unknown>;
}

/** Runs all metrics of a case in one plan, once for each batch, and compares their numbers. */
export async function checkMetrics(id: string, backend: Backend, precision: 'f32' | 'f64'): Promise<void> {
  const golden = loadGolden(id);
  const { tensors } = golden;
  const listed = golden.attrs.metrics as readonly Listed[];
  const inputs = new Map<string, Tensor>();
  const states: MetricState[] = [];
  const parameters = new Parameters();
  const plan = buildPlan({ name: id, limits: backend.limits, parameters }, (b) => {
    const input = (name: string): Tensor | undefined => {
      const stored = tensors[name];
      if (!stored) return undefined;
      const dtype = stored.dtype === 'I32' ? 'u32' : 'f32';
      const t = b.input(name, publicShape({ shape: stored.shape.slice(1), dtype }), { dtype });
      inputs.set(name, t);
      return t;
    };
    const [x, target] = [input('in.x')!, input('in.target')!];
    const mask = input('in.mask');
    if (mask) b.setMask(x, mask);
    const sampleWeight = input('in.weight');
    for (const { key, className, config } of listed) {
      const made = metric({ className, config: { ...config, name: key } });
      states.push(made.build(b, x, target, { sampleWeight }));
    }
  });
  const executable = await backend.load(plan);
  try {
    for (let batch = 0; batch < tensors['in.x'].shape[0]; batch++) {
      for (const [name, t] of inputs) {
        const { shape, data } = tensors[name];
        const size = data.length / shape[0];
        const values = data.slice(batch * size, (batch + 1) * size);
        backend.write(t, toPhysical(new NdArray(shape.slice(1), values), t.dtype));
      }
      executable.run();
    }
    for (const [i, { state, result }] of states.entries()) {
      expectClose(golden, `exp.${listed[i].key}`, [result(await backend.read(state))], precision);
    }
  } finally {
    executable.dispose();
    backend.release(parameters.storage);
  }
}
