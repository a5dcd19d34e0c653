// The house rules of kernels: shader, definition and cases under one name, and signatures that cannot drift apart.
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeBinding, type Kernel } from '../../src/core/kernel.ts';
import { kernels } from '../../src/kernels/index.ts';
import { casesByKernel } from '../cases/index.ts';

const shaders = readdirSync(new URL('../../shaders', import.meta.url)).filter((name) =>
  name.endsWith('.wgsl'),
);

describe('the registry', () => {
  test('has one kernel for each shader and one shader for each kernel', () => {
    expect(kernels.map((k) => `${k.name}.wgsl`).sort()).toEqual(shaders.sort());
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
      const uniform = /@group\(0\)\s*@binding\(0\)\s*var<uniform>\s*p\s*:\s*Params;/.test(kernel.wgsl);
      expect(uniform).toBe(Object.keys(kernel.params).length > 0);
    });

    test(`${kernel.name} has the signature of its shader`, () => {
      expect(signatureOf(kernel.wgsl)).toEqual(expected(kernel));
    });
  }

  test('has no case table without a kernel', () => {
    const names = new Set(kernels.map((k) => k.name));
    expect([...casesByKernel.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
});

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

/** Binding names, order, access and element types, and the Params struct, as the WGSL text declares them. */
function signatureOf(wgsl: string): Signature {
  const pattern =
    /@group\(0\)\s*@binding\((\d+)\)\s*var<storage,\s*(read|read_write)>\s*(\w+)\s*:\s*array<(?:vec[234]<)?(f32|u32)>/g;
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
  return { bindings: distinct(bindings), params };
}

/** A binding that is declared in both branches of a condition, as f32 and as vec4<f32>, counts once. */
function distinct<V>(list: V[]): V[] {
  return [...new Map(list.map((value) => [JSON.stringify(value), value])).values()];
}
