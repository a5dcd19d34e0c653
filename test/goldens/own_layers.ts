// Our own golden cases of layers and cells: outputs, penalties, moved averages and all gradients, on any backend.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { fromStorage, Parameters, toStorage } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { NdArray } from '../../src/data/nd_array.ts';
import { outputsOf } from '../../src/layers/layer.ts';
import type { LayerConfig } from '../../src/layers/layer_config.ts';
import { publicShape } from '../../src/layers/layout.ts';
import { emitPenalties } from '../../src/layers/regularizers.ts';
import { toPhysical } from '../../src/models/physical.ts';
import { layerFromConfig } from '../../src/models/registry.ts';
import { expectClose, type Golden, loadGolden } from '../harness/golden.ts';
import { seedGradient } from '../harness/gradient_check.ts';

/**
 * Runs one case and compares everything it lists. Inputs in.x<i> and outputs y<i> are batch first, as users have them;
 * the differentiated scalar is Σ y<i>·up.y<i> plus the penalties.
 */
export async function checkLayerGolden(
  id: string,
  backend: Backend,
  precision: 'f32' | 'f64',
): Promise<void> {
  const golden = loadGolden(id);
  const { tensors } = golden;
  const layer = layerFromConfig(golden.attrs.layer as LayerConfig);
  const parameters = new Parameters();
  const written: [Tensor, ArrayLike<number>][] = [];
  /** What is compared, by the name it has in the file. */
  const wanted: [string, Tensor][] = [];
  const plan = buildPlan({ name: id, limits: backend.limits, parameters, training: true }, (b) => {
    const xs = numbered(golden, 'in.x').map((name, i) => {
      const x = input(b, golden, name, written);
      const mask = tensors[`in.mask${i}`];
      if (mask) b.setMask(x, input(b, golden, `in.mask${i}`, written, 'u32'));
      return x;
    });
    const ys = outputsOf(layer.build(b, ...xs));
    const listed = numbered(golden, 'exp.y');
    if (listed.length !== ys.length) throw new Error(`${id}: ${ys.length} outputs, ${listed.length} listed`);
    ys.forEach((y, i) => {
      wanted.push([listed[i], y]);
      seedGradient(b, y, input(b, golden, `up.y${i}`, written));
    });
    const penalties = emitPenalties(b);
    b.backward();
    xs.forEach((x, i) => {
      wanted.push([`exp.grad.x${i}`, b.gradOf(x)!]);
    });
    return Object.fromEntries(penalties.map((t, i) => [`penalty${i}`, t]));
  });
  const executable = await backend.load(plan);
  try {
    for (const [t, values] of written) backend.write(t, values);
    for (const p of parameters.all) backend.write(p, toStorage(p, tensors[`w.${p.name}`].data));
    executable.run();
    const compared = new Set<string>();
    const compare = (name: string, got: ArrayLike<number>) => {
      compared.add(name);
      expectClose(golden, name, got, precision);
    };
    for (const [name, t] of wanted) compare(name, await outside(backend, t));
    for (const p of parameters.all) {
      const gradient = `exp.grad.${p.name}`;
      const after = `exp.after.${p.name}`;
      const read = async (t: Tensor) => fromStorage(p, await backend.read(t));
      if (tensors[gradient]) compare(gradient, await read(parameters.gradientOf(p)));
      if (tensors[after]) compare(after, await read(p));
    }
    if (tensors['exp.penalty']) {
      const each = await Promise.all(Object.values(plan.outputs).map((t) => backend.read(t)));
      compare('exp.penalty', [each.reduce((total, [one]) => total + one, 0)]);
    }
    const listed = Object.keys(tensors).filter((name) => name.startsWith('exp.'));
    expect([...compared].sort(), `${id}: what is compared`).toEqual(listed.sort());
  } finally {
    executable.dispose();
    backend.release(parameters.storage);
  }
}

/** The names `<prefix>0`, `<prefix>1`, ... that a case has. */
function numbered({ tensors }: Golden, prefix: string): string[] {
  const names: string[] = [];
  while (tensors[`${prefix}${names.length}`]) names.push(`${prefix}${names.length}`);
  return names;
}

/** Declares a tensor of the case as an input of the plan, in the order of storage. */
function input(
  b: Builder,
  golden: Golden,
  name: string,
  written: [Tensor, ArrayLike<number>][],
  dtype: 'f32' | 'u32' = 'f32',
): Tensor {
  const { shape, data } = golden.tensors[name];
  const t = b.input(name, publicShape({ shape, dtype }), { dtype, differentiable: dtype === 'f32' });
  written.push([t, toPhysical(new NdArray(shape, data), dtype)]);
  return t;
}

/** The contents of a tensor, batch first. */
async function outside(backend: Backend, t: Tensor): Promise<ArrayLike<number>> {
  // Attention weights of several heads lie as users see them.
  return toPhysical(new NdArray(t.shape, await backend.read(t)), t.dtype);
}
