// Turns the text of a .wgsl file into the source of one pipeline: imports, conditions and constants.
import { wgsl } from 'wgsl-preprocessor/wgsl-preprocessor.js';
import { FormatError } from '../../core/errors.ts';
import type { Constants } from '../../core/kernel.ts';

/** The pieces of shaders/shared by name; a kernel takes one with a line `#import name`. */
export type SharedSources = ReadonlyMap<string, string>;

/**
 * Resolves `#import name` (each piece once, pieces may import), evaluates `#if NAME` by the boolean constants,
 * and puts numeric constants in front as `const NAME: u32 = value;`, behind the `enable` lines that remain.
 * @throws FormatError for an unknown import or condition.
 */
export function specialise(source: string, constants: Constants, shared: SharedSources): string {
  const imported = new Set<string>();
  const whole = expand(source, shared, imported);
  const prologue = Object.entries(constants)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `const ${name}: u32 = ${value}u;\n`)
    .join('');
  // WGSL wants these first.
  const enabled = new Set<string>();
  const rest = conditions(whole, constants).replace(/^enable \w+;\n/gm, (line) => {
    enabled.add(line);
    return '';
  });
  return [...enabled].join('') + prologue + rest;
}

function expand(source: string, shared: SharedSources, imported: Set<string>): string {
  return source.replace(/^[ \t]*#import[ \t]+(\w+)[ \t]*$/gm, (_line, name: string) => {
    if (imported.has(name)) return '';
    imported.add(name);
    const piece = shared.get(name);
    if (piece === undefined)
      throw new FormatError(`#import ${name}: there is no shaders/shared/${name}.wgsl`);
    return expand(piece, shared, imported);
  });
}

/** Splits the text at `#if NAME` and `#elif NAME`, so that the tagged template sees a value after each. */
function conditions(source: string, constants: Constants): string {
  const chunks: string[] = [];
  const values: unknown[] = [];
  let last = 0;
  for (const match of source.matchAll(/#(?:if|elif)[ \t]+(!?)(\w+)[ \t]*/g)) {
    const [text, negated, name] = match;
    const value = constants[name];
    if (typeof value !== 'boolean') throw new FormatError(`#if ${name}: the kernel gives no such condition`);
    chunks.push(source.slice(last, match.index) + text.slice(0, text.indexOf(' ')) + ' ');
    values.push(negated ? !value : value);
    last = match.index + text.length;
  }
  chunks.push(source.slice(last));
  return wgsl(chunks, ...values);
}
