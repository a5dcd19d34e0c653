// What the shader preprocessor does: imports, conditions, constants, and its own errors.
import { describe, expect, test } from 'vitest';
import { specialise } from '../../src/backends/webgpu/specialise.ts';

const shared = new Map([
  ['a', '#import b\nfn a() {}'],
  ['b', 'fn b() {}'],
]);

describe('specialise', () => {
  test('brings each imported piece once, before its users', () => {
    const text = specialise('#import a\n#import b\nfn main() {}', {}, shared);
    expect(text.match(/fn b/g)).toHaveLength(1);
    expect(text.indexOf('fn b')).toBeLessThan(text.indexOf('fn a'));
    expect(() => specialise('#import nowhere', {}, shared)).toThrow(/no shaders\/shared\/nowhere.wgsl/);
  });

  test('takes the branch of a condition, negated and nested', () => {
    const source = '#if X\none\n#if !Y\ntwo\n#endif\n#elif Y\nthree\n#else\nfour\n#endif\n';
    const lines = (x: boolean, y: boolean) => specialise(source, { X: x, Y: y }, shared).match(/\w+/g);
    expect(lines(true, false)).toEqual(['one', 'two']);
    expect(lines(true, true)).toEqual(['one']);
    expect(lines(false, true)).toEqual(['three']);
    expect(lines(false, false)).toEqual(['four']);
    expect(() => specialise('#if NO\n#endif', {}, shared)).toThrow(/gives no such condition/);
  });

  test('puts what is enabled before all else, once, and only where its condition holds', () => {
    const source = '#if X\nenable f16;\n#endif\nenable subgroups;\nenable f16;\nfn main() {}';
    const text = (x: boolean) => specialise(source, { X: x, UNITS: 64 }, shared).replaceAll(/\n+/g, '\n');
    expect(text(true)).toBe('enable f16;\nenable subgroups;\nconst UNITS: u32 = 64u;\nfn main() {}');
    expect(text(false)).toBe('enable subgroups;\nenable f16;\nconst UNITS: u32 = 64u;\nfn main() {}');
  });

  test('puts numbers in front as constants', () => {
    expect(specialise('fn main() {}', { UNITS: 64 }, shared)).toBe('const UNITS: u32 = 64u;\nfn main() {}');
  });
});
