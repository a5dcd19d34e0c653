// The direction of imports: core <- kernels <- layers <- training <- models <- {io, cli, demo, bench}; backends on core.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** What each room may import from besides itself; backends may be named as a type by everyone above them. */
const allowed: Record<string, readonly string[]> = {
  core: [],
  kernels: ['core'],
  backends: ['core'],
  layers: ['core', 'kernels'],
  data: ['core'],
  training: ['core', 'kernels', 'layers', 'backends', 'data'],
  experiments: ['core', 'data', 'training'],
  models: ['core', 'kernels', 'layers', 'training', 'backends', 'data'],
  io: ['core', 'data', 'models', 'training', 'backends'],
  node: ['core', 'data', 'training'],
  cli: ['core', 'data', 'models', 'training', 'backends', 'io', 'layers', 'kernels'],
};

/** Files that may use what only Node has; everything else must run in a browser too. */
const nodeRooms = new Set(['cli', 'node']);

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.(ts|js)$/.test(name) && !name.endsWith('.d.ts') ? [path] : [];
  });
}

function imports(text: string): { from: string; typeOnly: boolean }[] {
  const pattern =
    /^(?:import|export)\s+(type\s+)?[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm;
  return [...text.matchAll(pattern)].map((m) => ({ from: m[2] ?? m[3] ?? m[4], typeOnly: Boolean(m[1]) }));
}

describe('layering', () => {
  for (const file of files(src)) {
    const path = relative(src, file);
    const room = path.includes('/') ? path.split('/')[0] : '';
    if (!room) continue;
    test(path, () => {
      expect(Object.keys(allowed), 'rooms of the house').toContain(room);
      for (const { from, typeOnly } of imports(readFileSync(file, 'utf8'))) {
        if (from.startsWith('node:')) expect(nodeRooms.has(room), `${path} imports ${from}`).toBe(true);
        if (!from.startsWith('.') || from.includes('/shaders/') || from.endsWith('/package.json')) continue;
        const target = relative(src, resolve(dirname(file), from)).split('/')[0];
        if (target === room) continue;
        const fine = allowed[room].includes(target) && (target !== 'backends' || typeOnly || room === 'cli');
        expect(
          fine,
          `${path} imports ${from} (${target}) and may only import ${allowed[room].join(', ')}`,
        ).toBe(true);
      }
    });
  }

  test('the public door is the only file of src itself', () => {
    const own = readdirSync(src).filter((name) => name.endsWith('.ts'));
    expect(own).toEqual(['index.ts']);
  });
});
