// Golden cases of any graph of layers: its inputs, weights, outputs and gradients by the names and layouts of the files.
import type { Backend } from '../../src/backends/backend.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { fromStorage, Parameters, toStorage } from '../../src/core/parameters.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { expectClose, type Golden, loadGolden } from '../harness/golden.ts';
import { seedGradient } from '../harness/gradient_check.ts';
import { fromTorch, type TorchCell, toTorch } from '../harness/torch_weights.ts';

/** How values of a golden tensor of that shape lie in ours, and the other way round. */
export interface Layout {
  shape(theirs: readonly number[]): number[];
  ours(data: ArrayLike<number>, theirs: readonly number[]): ArrayLike<number>;
  theirs(data: ArrayLike<number>, theirs: readonly number[]): ArrayLike<number>;
}

/** Axis k of ours is axis `order[k]` of theirs. */
export function axes(...order: number[]): Layout {
  const inverse = order.map((_, k) => order.indexOf(k));
  const shape = (theirs: readonly number[]) => order.map((k) => theirs[k]);
  return {
    shape,
    ours: (data, theirs) => reordered(data, theirs, order),
    theirs: (data, theirs) => reordered(data, shape(theirs), inverse),
  };
}

/** As it is. */
export const same: Layout = { shape: (theirs) => [...theirs], ours: (data) => data, theirs: (data) => data };

/** The gates of a recurrent cell, [G·H,I] or [G·H]. */
export function gatesOf(cell: TorchCell): Layout {
  return {
    shape: (theirs) => [...theirs].reverse(),
    ours: (data, theirs) => fromTorch(cell, data, theirs),
    theirs: (data, theirs) => toTorch(cell, data, theirs),
  };
}

function reordered(
  data: ArrayLike<number>,
  shape: readonly number[],
  order: readonly number[],
): Float64Array {
  const strides = shape.map((_, k) => sizeOf(shape.slice(k + 1)));
  const to = order.map((k) => shape[k]);
  return Float64Array.from({ length: data.length }, (_, i) => {
    let rest = i;
    let at = 0;
    for (let k = to.length - 1; k >= 0; k--) {
      at += (rest % to[k]) * strides[order[k]];
      rest = Math.floor(rest / to[k]);
    }
    return data[at];
  });
}

/** Where a weight is found in the file, without `w.`; of all rows there, `rows` takes some. */
export type Place = readonly [name: string, layout: Layout, rows?: readonly [first: number, count: number]];

/** The values of a golden tensor, or some of its rows. */
function part(
  { data, shape }: Golden['tensors'][string],
  rows: Place[2],
): { data: Float64Array; shape: readonly number[] } {
  if (!rows) return { data, shape };
  const [first, count] = rows;
  const size = sizeOf(shape.slice(1));
  return { data: data.slice(first * size, (first + count) * size), shape: [count, ...shape.slice(1)] };
}

export interface GraphResult {
  /** Compared with exp.<name>. */
  outputs: Readonly<Record<string, readonly [Tensor, Layout]>>;
  /** The weights by our names; several places lie one after the other. */
  weights: Readonly<Record<string, readonly Place[]>>;
}

export interface GraphTools {
  golden: Golden;
  /** An input with the values of in.<name>, whose gradient is compared with exp.grad.<name> where there is one. */
  input(name: string, layout: Layout, u32?: boolean): Tensor;
  /** An input with these values. */
  given(name: string, shape: readonly number[], values: ArrayLike<number>, u32?: boolean): Tensor;
  /** Starts the gradient of y with up.<name>, and compares the loss Σ y·up. */
  upstream(y: Tensor, name: string, layout: Layout): void;
}

/** Runs a case, twice, so that nothing is left over, and compares outputs, loss, and gradients of inputs and weights. */
export async function checkGraph(
  id: string,
  backend: Backend,
  precision: 'f32' | 'f64',
  emit: (b: Builder, tools: GraphTools) => GraphResult,
): Promise<void> {
  const golden = loadGolden(id);
  const { tensors } = golden;
  const values = new Map<Tensor, ArrayLike<number>>();
  const gradients: [name: string, of: Tensor, layout: Layout][] = [];
  const upstreams: [y: Tensor, values: ArrayLike<number>][] = [];
  const parameters = new Parameters();
  let result!: GraphResult;
  const found = new Map<string, Tensor>();
  const plan = buildPlan({ name: id, limits: backend.limits, parameters, training: true }, (b) => {
    const given: GraphTools['given'] = (name, shape, data, u32 = false) => {
      const t = b.input(name, shape, { dtype: u32 ? 'u32' : 'f32', differentiable: !u32 });
      values.set(t, data);
      return t;
    };
    result = emit(b, {
      golden,
      given,
      input(name, layout, u32) {
        const { shape, data } = tensors[`in.${name}`];
        const t = given(name, layout.shape(shape), layout.ours(data, shape), u32);
        if (tensors[`exp.grad.${name}`]) gradients.push([`exp.grad.${name}`, t, layout]);
        return t;
      },
      upstream(y, name, layout) {
        const { shape, data } = tensors[`up.${name}`];
        const up = layout.ours(data, shape);
        seedGradient(b, y, given(`up.${name}`, y.shape, up));
        upstreams.push([y, up]);
        b.output(`up ${name}`, y);
      },
    });
    b.backward();
    for (const [name, t] of gradients) found.set(name, b.gradOf(t)!);
  });
  const executable = await backend.load(plan);
  const check = async (name: string, t: Tensor, layout: Layout) =>
    expectClose(golden, name, layout.theirs(await backend.read(t), tensors[name].shape), precision);
  try {
    for (const p of parameters.all) {
      const rows = result.weights[p.name].map(([name, layout, some]) => {
        const { data, shape } = part(tensors[`w.${name}`], some);
        return Array.from(layout.ours(data, shape));
      });
      backend.write(p, toStorage(p, rows.flat()));
    }
    for (let run = 0; run < 2; run++) {
      for (const [t, data] of values) backend.write(t, data);
      executable.run();
      for (const [name, [t, layout]] of Object.entries(result.outputs)) await check(`exp.${name}`, t, layout);
      for (const [y, up] of upstreams) {
        const got = await backend.read(y);
        expectClose(golden, 'exp.loss', [up.length ? dot(got, up) : 0], precision);
      }
      for (const [name, , layout] of gradients) await check(name, found.get(name)!, layout);
      for (const p of parameters.all) {
        const all = Array.from(fromStorage(p, await backend.read(parameters.gradientOf(p))));
        let first = 0;
        for (const [name, layout, rows] of result.weights[p.name]) {
          const { data, shape } = part(tensors[`exp.grad.${name}`], rows);
          const got = layout.theirs(all.slice(first, first + data.length), shape);
          first += data.length;
          expectClose(golden, `exp.grad.${name}`, got, precision, data);
        }
      }
    }
  } finally {
    executable.dispose();
    backend.release([parameters.arena, parameters.gradients]);
  }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0);
}
