// Reads golden cases (test/golden, format rnn-goldens/1) and compares results with them.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { readSafetensors } from '../../src/io/safetensors.ts';

const folder = new URL('../golden/', import.meta.url);

export interface Golden {
  id: string;
  kind: string;
  attrs: Record<string, unknown>;
  /** Largest difference between f32 and f64 in the program that made the values, by tensor. */
  f32_err: Record<string, number>;
  max_abs: Record<string, number>;
  tensors: Record<string, { shape: readonly number[]; data: Float64Array; dtype: string }>;
}

type Entry = Omit<Golden, 'tensors'> & { file: string };

/** Those that were given to the project, and those that test/golden/make makes; kinds are of one or the other. */
const cases: readonly Entry[] = ['', 'own/'].flatMap((place) => {
  const text = readFileSync(new URL(`${place}manifest.json`, folder), 'utf8');
  const manifest = JSON.parse(text) as { cases: Entry[] };
  return manifest.cases.map((c) => ({ ...c, file: `${place}${c.file}` }));
});

/** The ids of all cases of a kind, those that are waiting for a later feature included. */
export function goldenIds(kind: string): string[] {
  return cases.filter((c) => c.kind === kind).map((c) => c.id);
}

/** The attributes of a case, without reading its file. */
export function goldenAttrs(id: string): Record<string, unknown> {
  return entry(id).attrs;
}

/** Reads one case; every tensor as f64. */
export function loadGolden(id: string): Golden {
  const { file, ...rest } = entry(id);
  const stored = readSafetensors(readFileSync(new URL(file, folder)), file);
  const tensors: Golden['tensors'] = {};
  for (const [name, { shape, data, dtype }] of stored.tensors) {
    tensors[name] = { shape, dtype, data: Float64Array.from(data as Float32Array) };
  }
  return { ...rest, tensors };
}

/**
 * Compares a result with the tensor `name` of a golden case.
 * In f64 to 1e-9 of the largest magnitude (2e-7 where the file stores f32 to save space); in f32 to the limit that the goldens' README suggests:
 * 2e-5·max_abs + 20·f32_err + 1e-7.
 */
export function expectClose(
  golden: Golden,
  name: string,
  got: ArrayLike<number>,
  precision: 'f32' | 'f64',
  expected: ArrayLike<number> = golden.tensors[name].data,
): void {
  // f32_err and max_abs are listed without the prefix of the stored name.
  const short = name.replace(/^exp\./, '');
  const largest = golden.max_abs[short] ?? Math.max(...Array.from(expected, Math.abs));
  const sharp = golden.tensors[name]?.dtype === 'F32' ? 2e-7 : 1e-9;
  const limit =
    precision === 'f64' ? sharp * largest + 1e-10 : 2e-5 * largest + 20 * (golden.f32_err[short] ?? 0) + 1e-7;
  expect(got.length, `${golden.id} ${name}: length`).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i] - expected[i]);
    if (!(difference <= limit)) {
      expect.fail(`${golden.id} ${name}[${i}] is ${got[i]}, expected ${expected[i]} within ${limit}`);
    }
  }
}

function entry(id: string): Entry {
  const found = cases.find((c) => c.id === id);
  if (!found) throw new Error(`there is no golden case ${id}`);
  return found;
}
