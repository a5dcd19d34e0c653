// The parts of the bundle that need neither network nor GPU: libraries and drivers found, files listed, packed and weighed, options told apart.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkSize,
  contentId,
  findLibrary,
  isElf64,
  itemsIn,
  packItems,
  sizesIn,
  stripped,
  vulkanLoader,
} from '../../bench/bundle/contents.js';
import {
  driverEnvironment,
  findDriverLibraries,
  findManifests,
  libraryFoldersOf,
  manifestFor,
} from '../../bench/bundle/drivers.js';
import { needsAdapter, ownOptions, withOut } from '../../bench/bundle/start.js';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webgpu-rnn-bundle-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Writes a file below the test's folder and returns its path. */
function put(name: string, content: string | Buffer = ''): string {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
  return file;
}

/** The head of a library for 64-bit x86, or for another machine. */
function elf(machine = 62): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head[4] = 2;
  head.writeUInt16LE(machine, 18);
  return head;
}

describe('libraries of the machine that makes the bundle', () => {
  test('the list of the dynamic loader comes before the usual folders, other machines are passed over', () => {
    const listed = put('listed/libvulkan.so.1', elf());
    const usual = put('usual/libvulkan.so.1', elf());
    const arm = put('arm/libvulkan.so.1', elf(183));
    const cache = [
      '2 libs found in cache',
      `\tlibvulkan.so.1 (libc6) => ${usual}`,
      `\tlibvulkan.so.1 (libc6,x86-64) => ${listed}`,
    ].join('\n');
    const folders = [path.dirname(arm), path.dirname(usual)];
    expect(findLibrary('libvulkan.so.1', { cache, folders })).toBe(listed);
    expect(findLibrary('libvulkan.so.1', { cache: '', folders })).toBe(usual);
    expect(findLibrary('libother.so.1', { cache, folders })).toBeUndefined();
    expect([listed, arm, put('text', 'x'), folder, '/nowhere'].map(isElf64)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test('the loader: found, named, left out, missing', () => {
    const named = put('named/libvulkan.so.1.4', elf());
    expect(vulkanLoader(named)).toBe(named);
    expect(vulkanLoader(undefined, () => named)).toBe(named);
    expect(vulkanLoader('none', () => named)).toBeUndefined();
    expect(() => vulkanLoader('/nowhere/libvulkan.so.1')).toThrow('there is no Vulkan loader /nowhere');
    expect(() => vulkanLoader(put('no-library', 'text'))).toThrow(/no library for x86-64 Linux/);
    expect(() => vulkanLoader(undefined, () => undefined)).toThrow(/libvulkan1.*--loader/s);
  });
});

test('calls are counted without an adapter', () => {
  expect(needsAdapter(['--counts', '--json'])).toBe(false);
  expect(needsAdapter(['--quick'])).toBe(true);
});

describe('files', () => {
  test('a tree becomes items, without hidden files', () => {
    put('tree/main.js');
    put('tree/.main');
    put('tree/part/data.wasm');
    expect(itemsIn(path.join(folder, 'tree'), 'app').map(({ to }) => to)).toEqual([
      'app/main.js',
      'app/part/data.wasm',
    ]);
  });

  test('large files are packed, small ones copied, and both are listed with their size', () => {
    const large = Buffer.alloc(300_000, 'abc');
    const items = [
      { source: put('large', large), to: 'lib/large' },
      { source: put('small', 'small'), to: 'small' },
    ];
    const bundle = path.join(folder, 'bundle');
    const files = packItems(items, bundle);
    expect(files).toEqual([
      { from: 'files/lib/large.gz', to: 'lib/large', size: 300_000 },
      { from: 'files/small', to: 'small', size: 5 },
    ]);
    expect(zlib.gunzipSync(fs.readFileSync(path.join(bundle, files[0].from)))).toEqual(large);
    const sizes = sizesIn(bundle);
    expect(sizes.map(({ name }) => name)).toEqual(['files/lib/large.gz', 'files/small']);
    const id = contentId(bundle);
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect(contentId(bundle)).toBe(id);
    fs.writeFileSync(path.join(bundle, 'files/small'), 'Small');
    expect(contentId(bundle)).not.toBe(id);
  });

  test('a file that cannot be stripped stays as it is, and nothing is left beside it', () => {
    const file = put('strip/text', 'no program');
    expect(stripped(file).toString()).toBe('no program');
    expect(fs.readdirSync(path.dirname(file))).toEqual(['text']);
  });

  test('a bundle that is too large names its largest files', () => {
    const files = [
      { name: 'node.gz', size: 40e6 },
      { name: 'dawn.gz', size: 15e6 },
    ];
    expect(checkSize(files)).toBe(55e6);
    expect(() => checkSize(files, 50e6)).toThrow(
      /takes 55\.0 MB and may take 50\.0 MB; the largest files: node\.gz 40\.0 MB, dawn\.gz 15\.0 MB/,
    );
  });
});

describe('drivers of the machine that runs the bundle', () => {
  test('manifests lie in the usual places and where containers get them', () => {
    const root = path.join(folder, 'machine');
    const places = [
      'etc/vulkan/icd.d/a.json',
      'usr/share/vulkan/icd.d/b.json',
      'usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json',
      'home/.local/share/vulkan/icd.d/own.json',
    ];
    for (const place of places) put(`machine/${place}`);
    put('machine/etc/vulkan/icd.d/readme.txt');
    const found = findManifests({ HOME: '/home' }, root);
    expect(found.map((file) => path.relative(root, file)).sort()).toEqual([...places].sort());
    expect(findManifests({}, path.join(folder, 'nothing'))).toEqual([]);
  });

  test('manifests that the environment names are the only ones', () => {
    const root = path.join(folder, 'machine');
    expect(findManifests({ VK_DRIVER_FILES: '/a.json:/b.json' }, root)).toEqual(['/a.json', '/b.json']);
    expect(findManifests({ VK_ICD_FILENAMES: '/c.json' }, root)).toEqual(['/c.json']);
  });

  test('libraries beside manifests in places of their own are on the path, before what was there', () => {
    const library = put('machine/usr/local/nvidia/lib64/libGLX_nvidia.so.0');
    const manifest = path.join(folder, 'machine/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json');
    expect(libraryFoldersOf([manifest, '/usr/share/vulkan/icd.d/x.json'])).toEqual([path.dirname(library)]);
    expect(
      driverEnvironment({ LD_LIBRARY_PATH: '/old' }, { folder: '/loader', manifests: [manifest] }),
    ).toEqual({
      LD_LIBRARY_PATH: `/loader:${path.dirname(library)}:/old`,
      VK_DRIVER_FILES: manifest,
      VK_ICD_FILENAMES: manifest,
    });
    expect(driverEnvironment({}, { manifests: [] })).toEqual({});
    expect(findDriverLibraries({}, path.join(folder, 'machine'))).toEqual([library]);
    expect(JSON.parse(manifestFor(library)).ICD.library_path).toBe(library);
  });
});

describe('options of run', () => {
  test('its own are taken out, all others go on', () => {
    expect(ownOptions(['--check', '--vulkan', 'x.so', 'adam', '--out', 'y'])).toEqual({
      check: true,
      help: false,
      vulkan: 'x.so',
      rest: ['adam', '--out', 'y'],
    });
    expect(ownOptions(['--vulkan=x.so', '--quick', '-h'])).toEqual({
      check: false,
      help: true,
      vulkan: 'x.so',
      rest: ['--quick', '-h'],
    });
    expect(() => ownOptions(['--vulkan'])).toThrow('needs the path');
  });

  test('results go where --out says, else where $OUT does', () => {
    expect(withOut(['--quick'], '/o')).toEqual(['--quick', '--out', '/o']);
    expect(withOut(['--out=/p'], '/o')).toEqual(['--out=/p']);
    expect(withOut(['--out', '/p'], '/o')).toEqual(['--out', '/p']);
    expect(withOut([], undefined)).toEqual([]);
  });
});

describe('the commands', () => {
  const bundle = fileURLToPath(new URL('../../bench/bundle/', import.meta.url));

  test('run is a script that any shell reads', () => {
    const { status, stderr } = spawnSync('sh', ['-n', path.join(bundle, 'run.sh')], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test.each([
    [['--node', '18.0.0'], /needs Node 20\.19 or later/],
    [['--node', 'latest'], /a version such as/],
    [['--loader', '/nowhere/libvulkan.so.1'], /there is no Vulkan loader/],
    [['--fast'], /--fast/],
  ])('make.js %j is refused in words', (argv, message) => {
    const loader = put('loader/libvulkan.so.1', elf());
    const all = [
      path.join(bundle, 'make.js'),
      '--out',
      path.join(folder, 'out'),
      '--loader',
      loader,
      ...argv,
    ];
    const { status, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^bench:bundle: /);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    expect(fs.existsSync(path.join(folder, 'out'))).toBe(false);
  });

  test.each(['thesis.txt', 'thesis.txt/bundle'])('a file is no folder to make it in: %s', (name) => {
    const own = put('precious/thesis.txt', 'text');
    const out = path.join(path.dirname(own), name);
    const { status, stderr } = spawnSync(process.execPath, [path.join(bundle, 'make.js'), '--out', out], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^bench:bundle: --out takes a folder, and .*thesis\.txt is a file; name another\n$/,
    );
  });

  test('a folder that holds something else is not replaced', () => {
    const own = put('precious/thesis.txt', 'text');
    const loader = put('loader/libvulkan.so.1', elf());
    const argv = [path.join(bundle, 'make.js'), '--out', path.dirname(own), '--loader', loader];
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('is there and no bundle');
    expect(fs.existsSync(own)).toBe(true);
  });
});
