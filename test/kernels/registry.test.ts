// The house rules of kernels: shader, definition and cases under one name, and signatures that cannot drift apart.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sharedSources } from '../../src/backends/webgpu/shared_sources.ts';
import { specialise } from '../../src/backends/webgpu/specialise.ts';
import { describeBinding, type Kernel } from '../../src/core/kernel.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { kernels } from '../../src/kernels/index.ts';
import { casesByKernel } from '../cases/index.ts';

const folder = new URL('../../shaders/', import.meta.url);
const shaders = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.wgsl'))
    .map((name) => [name.replace('.wgsl', ''), readFileSync(new URL(name, folder), 'utf8')]),
);

describe('the registry', () => {
  test('has a name of its own for each kernel', () => {
    expect(new Set(kernels.map((k) => k.name)).size).toBe(kernels.length);
  });

  test('has a kernel for each shader, by whose name those begin that share it', () => {
    for (const [stem, text] of shaders) {
      const names = kernels.filter((k) => k.wgsl === text).map((k) => k.name);
      expect(names, stem).toContain(stem);
      for (const name of names) expect(name).toMatch(new RegExp(`^${stem}(_|$)`));
    }
    expect(kernels.filter((k) => ![...shaders.values()].includes(k.wgsl))).toEqual([]);
  });

  for (const kernel of kernels) {
    test(`${kernel.name} has cases, each with a name of its own`, () => {
      const cases = casesByKernel.get(kernel.name) ?? [];
      expect(cases.length).toBeGreaterThan(0);
      expect(new Set(cases.map((c) => c.name)).size).toBe(cases.length);
    });

    test(`${kernel.name} gives a reason for each looser tolerance`, () => {
      for (const it of casesByKernel.get(kernel.name) ?? []) {
        if (it.tolerance) expect(it.tolerance.reason, it.name).toBeTruthy();
      }
    });

    test(`${kernel.name} reads its params from binding 0, where it has any`, () => {
      const uniform = /@group\(0\)\s*@binding\(0\)\s*var<uniform>\s*p\s*:\s*Params;/.test(
        specialised(kernel),
      );
      expect(uniform).toBe(Object.keys(kernel.params).length > 0);
    });

    test(`${kernel.name} has the signature of its shader`, () => {
      expect(signatureOf(specialised(kernel))).toEqual(expected(kernel));
    });
  }

  test('has no case table without a kernel', () => {
    const names = new Set(kernels.map((k) => k.name));
    expect([...casesByKernel.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
});

/** The shader of a kernel's first case with all that it imports, where bindings and Params may be declared too. */
function specialised(kernel: Kernel): string {
  const [it] = casesByKernel.get(kernel.name) ?? [];
  return specialise(kernel.wgsl, kernel.constants?.(it.params, defaultLimits) ?? {}, sharedSources);
}

interface Signature {
  bindings: { index: number; name: string; writes: boolean; dtype: string }[];
  params: [name: string, type: string][];
}

function expected(kernel: Kernel): Signature {
  return {
    bindings: Object.entries(kernel.bindings).map(([name, binding], i) => {
      const { access, dtype } = describeBinding(binding);
      return { index: i + 1, name, writes: access !== 'read', dtype };
    }),
    params: Object.entries(kernel.params),
  };
}

/**
 * Binding names, indices, access and element types, and the Params struct, as the WGSL declares them; aliases are resolved.
 */
function signatureOf(source: string): Signature {
  const aliases = [...source.matchAll(/^alias (\w+) = (\w+);/gm)];
  const wgsl = aliases.reduce(
    (text, [, name, type]) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), type),
    source,
  );
  const pattern =
    /@group\(0\)\s*@binding\((\d+)\)\s*var<storage,\s*(read|read_write)>\s*(\w+)\s*:\s*array<(?:(?:vec[234]|atomic)<)?(f32|u32)>/g;
  const bindings = [...wgsl.matchAll(pattern)].map(([, index, access, name, dtype]) => ({
    index: Number(index),
    name,
    writes: access === 'read_write',
    dtype,
  }));
  const struct = /struct Params \{([^}]*)\}/.exec(wgsl)?.[1] ?? '';
  const params = [...struct.matchAll(/(\w+)\s*:\s*(u32|f32)\s*,/g)].map(
    ([, name, type]): [string, string] => [name, type],
  );
  return { bindings: distinct(bindings).sort((a, b) => a.index - b.index), params };
}

/** A binding that is declared in both branches of a condition, as f32 and as vec4<f32>, counts once. */
function distinct<V>(list: V[]): V[] {
  return [...new Map(list.map((value) => [JSON.stringify(value), value])).values()];
}
