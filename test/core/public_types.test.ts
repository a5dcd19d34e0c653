// Whatever type a public signature mentions can be imported from the package: judged by the declarations that it ships.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const doors = ['index.d.ts', 'node/index.d.ts'];

/** A declaration by the file it stands in, and its name there. */
interface Place {
  readonly file: string;
  readonly name: string;
}

interface Module {
  /** The text of each declaration, all overloads of a function together. */
  readonly declarations: ReadonlyMap<string, string>;
  /** Names that are types here: interfaces, aliases and classes. */
  readonly types: ReadonlySet<string>;
  /** Where names come from that are imported, or passed on, by the names they have here. */
  readonly imported: ReadonlyMap<string, Place>;
  readonly passedOn: ReadonlyMap<string, Place>;
  /** Files of which everything is passed on, under a name of its own or as it is. */
  readonly whole: readonly { readonly file: string; readonly as: string | undefined }[];
}

/** Reads what the compiler writes: every statement begins a line without an indent. */
function moduleOf(folder: string, file: string): Module {
  const text = fs
    .readFileSync(path.join(folder, file), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '');
  const declarations = new Map<string, string>();
  const types = new Set<string>();
  const imported = new Map<string, Place>();
  const passedOn = new Map<string, Place>();
  const whole: { file: string; as: string | undefined }[] = [];
  const at = (from: string) => path.posix.join(path.posix.dirname(file), from.replace(/\.ts$/, '.d.ts'));
  for (const statement of text.split(/^(?=[a-z])/m)) {
    const [, kind, names, all, from] =
      /^(import|export) (?:type )?(?:\{([^}]*)\}|\*( as \w+)?) from '([^']*)'/.exec(statement) ?? [];
    if (kind && from.startsWith('.')) {
      for (const one of names?.split(',') ?? []) {
        const [, name, as] = /^\s*(?:type )?([\w$]+)(?: as ([\w$]+))?\s*$/.exec(one) ?? [];
        const to = kind === 'import' ? imported : passedOn;
        if (name) to.set(as ?? name, { file: at(from), name });
      }
      if (names === undefined) whole.push({ file: at(from), as: all?.replace(' as ', '') });
      continue;
    }
    const [, what, name] =
      /^(?:export )?(?:declare )?(?:abstract )?(interface|type|class|function|const|let|enum) ([\w$]+)/.exec(
        statement,
      ) ?? [];
    if (!name) continue;
    declarations.set(name, (declarations.get(name) ?? '') + statement);
    if (['interface', 'type', 'class', 'enum'].includes(what)) types.add(name);
  }
  return { declarations, types, imported, passedOn, whole };
}

test('all types that the public door mentions stand in it', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'public-types-'));
  try {
    const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', folder], {
      cwd: root,
    });
    const modules = new Map<string, Module>();
    const read = (file: string): Module => {
      const known = modules.get(file) ?? moduleOf(folder, file);
      modules.set(file, known);
      return known;
    };
    /** Where a name of a file is declared, through all that pass it on. */
    const declared = ({ file, name }: Place): Place | undefined => {
      const { declarations, imported, passedOn, whole } = read(file);
      if (declarations.has(name)) return { file, name };
      const next = imported.get(name) ?? passedOn.get(name);
      if (next) return declared(next);
      for (const from of whole) {
        const found = from.as === undefined && declared({ file: from.file, name });
        if (found) return found;
      }
      return undefined;
    };
    const key = (place: Place) => `${place.name} of ${place.file}`;
    const exported = new Map<string, Place>();
    const open = (file: string): void => {
      const { declarations, passedOn, whole } = read(file);
      const own = [...declarations].filter(([, text]) => text.startsWith('export'));
      for (const name of [...own.map(([name]) => name), ...passedOn.keys()]) {
        const place = declared({ file, name });
        if (place) exported.set(key(place), place);
      }
      for (const { file: from } of whole) open(from);
    };
    doors.forEach(open);
    expect(exported.size).toBeGreaterThan(300);
    const missing = new Map<string, string>();
    for (const place of exported.values()) {
      const { declarations, types, imported } = read(place.file);
      const text = declarations.get(place.name)!;
      for (const name of new Set(text.match(/[A-Za-z_$][\w$]*/g))) {
        if (!types.has(name) && !imported.has(name)) continue;
        const mentioned = declared({ file: place.file, name });
        if (!mentioned || !read(mentioned.file).types.has(mentioned.name)) continue;
        if (!exported.has(key(mentioned))) missing.set(key(mentioned), place.name);
      }
      for (const [, from, name] of text.matchAll(/import\("([^"]*)"\)\.([\w$]+)/g)) {
        const mentioned = declared({
          file: path.posix.join(path.posix.dirname(place.file), from.replace(/\.ts$/, '.d.ts')),
          name,
        });
        if (mentioned && !exported.has(key(mentioned))) missing.set(key(mentioned), place.name);
      }
    }
    expect([...missing].map(([type, by]) => `${type}, which ${by} mentions`)).toEqual([]);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
