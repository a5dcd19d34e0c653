// The gradient of an embedding's table as a plan emits it, against plain sums; for any backend.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { embeddingBackward } from '../../src/kernels/embedding_backward.ts';

/** Positions, tokens and padding: one block and several, ids that are rare, frequent and alone. */
export const tables: readonly [name: string, rows: number, vocabulary: number, padding?: number][] = [
  ['one position', 1, 1],
  ['one block', 512, 7],
  ['one position beyond a block', 513, 7, 2],
  ['one token everywhere', 2000, 1],
  ['many rare tokens', 2000, 3000, 0],
  ['frequent and rare tokens', 3001, 200],
];

const SIZE = 5;

/** Emits the gradient twice into one plan, written and added to, and compares it; it must have the same bits twice. */
export async function checkTable(
  backend: Backend,
  precision: 'f32' | 'f64',
  [name, rows, vocabulary, padding]: (typeof tables)[number],
): Promise<void> {
  const next = random(1, name);
  const ids = Uint32Array.from({ length: rows }, () => Math.floor(vocabulary * next.uniform() ** 4));
  const dy = Float64Array.from({ length: rows * SIZE }, () => Math.fround(next.normal()));
  let written!: Tensor;
  let added!: Tensor;
  const plan = buildPlan({ name, limits: backend.limits, parameters: new Parameters() }, (b) => {
    const tensors = { ids: b.input('ids', [rows], { dtype: 'u32' }), dy: b.input('dy', [rows, SIZE]) };
    written = b.scratch('written', [vocabulary, SIZE]);
    added = b.scratch('added', [vocabulary, SIZE]);
    embeddingBackward(b, { ...tensors, dtable: written, padding });
    b.copy(written, added);
    embeddingBackward(b, { ...tensors, dtable: added, padding, accumulate: 1 });
  });
  const executable = await backend.load(plan);
  backend.write(plan.inputs.ids, ids);
  backend.write(plan.inputs.dy, dy);
  executable.run();
  const first = Array.from(await backend.read(written));
  const twice = await backend.read(added);
  executable.run();
  expect(Array.from(await backend.read(written))).toEqual(first);
  executable.dispose();

  const expected = new Float64Array(vocabulary * SIZE);
  ids.forEach((id, m) => {
    if (id === padding) return;
    for (let col = 0; col < SIZE; col++) expected[id * SIZE + col] += dy[m * SIZE + col];
  });
  const tolerance = precision === 'f64' ? 1e-11 : 1e-5 * Math.sqrt(rows);
  expected.forEach((value, i) => {
    expect(Math.abs(first[i] - value), `element ${i}`).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(twice[i] - 2 * value), `element ${i}, added`).toBeLessThanOrEqual(2 * tolerance);
  });
}
