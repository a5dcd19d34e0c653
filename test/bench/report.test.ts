// The report: what the plots show, where their labels fall, the tables, and, where the chart library is installed, the files.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { growthPanels } from '../../bench/src/report/growth_plot.ts';
import { plots, table, writeReport } from '../../bench/src/report/index.ts';
import { logAxis, overlap, placeLabels, roundTicks, spreadOut } from '../../bench/src/report/layout.ts';
import { markdown } from '../../bench/src/report/markdown.ts';
import { adapterName, deviceSlug } from '../../bench/src/report/names.ts';
import { duration, figure, percent, storage } from '../../bench/src/report/numbers.ts';
import { ratioRows } from '../../bench/src/report/ratio_plot.ts';
import { rooflinePanels } from '../../bench/src/report/roofline_plot.ts';
import { others, stepBars } from '../../bench/src/report/step_plot.ts';
import {
  asMarkdown,
  asText,
  measurementTable,
  ownCountTable,
  ratioTable,
} from '../../bench/src/report/tables.ts';
import type { BenchResults } from '../../bench/src/results.ts';
import { measurementOf } from '../../bench/src/session.ts';
import { random } from '../../src/core/random.ts';
import { fakeResults } from './report_results.ts';

const charts = fs.existsSync(new URL('../../bench/node_modules/echarts/package.json', import.meta.url));

/** A run that found nothing to measure. */
function emptyResults(): BenchResults {
  return { ...fakeResults(), measurements: [], ratios: [], kernels: [], growth: [], counts: {}, omitted: [] };
}

describe('numbers and names', () => {
  test('three digits with units', () => {
    expect([0, 0.0123, 12.345, 1234.5, 3e8].map(figure)).toEqual(['0', '0.0123', '12.3', '1,235', '3.00e+8']);
    expect([0.0405, 0.99951, 12.3, 12345].map(duration)).toEqual(['40.5 µs', '1.00 ms', '12.3 ms', '12.3 s']);
    expect([0, 1023, 1024, 3.5 * 2 ** 20].map(storage)).toEqual(['0 B', '1,023 B', '1.00 KiB', '3.50 MiB']);
    expect([0.012, 0.43].map(percent)).toEqual(['1.2 %', '43 %']);
  });

  test('a software adapter is called one, once', () => {
    const { machine } = fakeResults();
    expect(adapterName({ ...machine, adapter: 'llvmpipe', software: true })).toBe(
      'llvmpipe (software adapter)',
    );
    const named = { ...machine, adapter: 'SwiftShader (software adapter)', software: true };
    expect(adapterName(named)).toBe('SwiftShader (software adapter)');
    expect(deviceSlug(named)).toBe('swiftshader-software-adapter');
    expect(deviceSlug({ ...machine, adapter: '../"é"' })).toMatch(/^[a-z0-9-]+$/);
  });
});

describe('layout', () => {
  test('a logarithmic axis holds its values and has round ticks', () => {
    const axis = logAxis([3, 700], [0, 100], { pad: [1.5, 1.5] });
    expect(axis.min).toBe(2);
    expect(axis.at(axis.max)).toBeCloseTo(100);
    expect(axis.at(Math.sqrt(axis.min * axis.max))).toBeCloseTo(50);
    expect(roundTicks(0.8, 60)).toEqual([1, 3, 10, 30]);
    expect(roundTicks(0.8, 12)).toEqual([1, 2, 5, 10]);
    expect(roundTicks(1e-3, 1e4)).toEqual([1e-3, 1e-2, 0.1, 1, 10, 100, 1000, 10000]);
    expect(logAxis([], [0, 100]).ticks).not.toEqual([]);
  });

  test('labels on a line keep their order and distance, and stay where there is room', () => {
    expect(spreadOut([10, 50, 90], 15, [0, 100])).toEqual([10, 50, 90]);
    expect(spreadOut([50, 50, 50], 10, [0, 100])).toEqual([40, 50, 60]);
    expect(spreadOut([99, 98, 5], 10, [0, 100])).toEqual([100, 90, 5]);
    const next = random(3, 'labels');
    const wanted = Array.from({ length: 9 }, () => 100 * next.uniform());
    const sorted = spreadOut(wanted, 10, [0, 100]).sort((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++) {
      expect(sorted[i] - sorted[i - 1]).toBeGreaterThanOrEqual(10 - 1e-9);
    }
    expect(sorted[0]).toBeGreaterThanOrEqual(0);
    expect(sorted[8]).toBeLessThanOrEqual(100);
  });

  test('labels of points cover neither each other nor obstacles', () => {
    const next = random(4, 'points');
    const points = Array.from({ length: 14 }, (_, i) => ({
      x: 150 + 120 * next.uniform(),
      y: 150 + 120 * next.uniform(),
      radius: 4,
      text: `kernel_${i}`,
    }));
    const wall = { left: 100, right: 400, top: 90, bottom: 130 };
    const placed = placeLabels(points, { left: 0, right: 500, top: 0, bottom: 500 }, 11, [wall]);
    const boxes = placed.map(({ x, y }, i) => ({
      left: x,
      right: x + points[i].text.length * 6,
      top: y - 6,
      bottom: y + 6,
    }));
    boxes.forEach((box, i) => {
      expect(overlap(box, wall)).toBe(false);
      for (const other of boxes.slice(0, i)) expect(overlap(box, other)).toBe(false);
    });
  });
});

describe('what the plots show', () => {
  test('ratios: a heading for each work, its peers from the fastest on, cells side by side', () => {
    const { ratios } = fakeResults();
    const rows = ratioRows(ratios.filter((r) => r.place === 'node' && r.mode === 'train'));
    expect(rows.flatMap((row) => ('heading' in row ? [row.heading] : []))).toEqual(['S', 'M', 'ptb-medium']);
    const first = rows.slice(1, 6).map((row) => ('peer' in row ? row.byCell.lstm!.median : Number.NaN));
    expect(first).toEqual([...first].sort((a, b) => a - b));
    const wasm = rows.slice(7).find((row) => 'peer' in row && row.peer === 'tfjs wasm');
    expect(wasm && 'byCell' in wasm ? Object.keys(wasm.byCell) : []).toEqual(['lstm', 'gru', 'rnn']);
  });

  test('roofline: the scopes of a kernel are weighed by time, kernels without arithmetic set apart', () => {
    const common = { work: 'M', cell: 'lstm', calls: 1, shareOfMatmul: 0, shareOfCopy: 0 } as const;
    const [panel] = rooflinePanels([
      { ...common, kernel: 'matmul', scope: 'a', milliseconds: 3, gflops: 100, gbs: 10 },
      { ...common, kernel: 'matmul', scope: 'b', milliseconds: 1, gflops: 20, gbs: 2 },
      { ...common, kernel: 'gather', scope: 'a', milliseconds: 4, gflops: 0, gbs: 50 },
    ]);
    expect(panel.title).toBe('M LSTM');
    expect(panel.moving).toEqual(['gather']);
    expect(panel.points).toEqual([
      { kernel: 'matmul', kind: 'matmul', intensity: 10, gflops: 80, share: 0.5 },
    ]);
  });

  test('growth: one panel a size, ours first, points by growing size', () => {
    const shuffled = fakeResults().growth.reverse();
    const panels = growthPanels(shuffled);
    expect(panels.map(({ axis }) => axis)).toEqual(['H', 'N', 'T', 'V']);
    expect(panels[0].lines[0].engine).toBe('webgpu-rnn webgpu');
    expect(panels[0].lines[0].points.map(({ value }) => value)).toEqual([64, 128, 256, 512, 1024]);
  });

  test('steps: parts of a bar add up, like parts of different cells share a kind', () => {
    const { bars, kinds } = stepBars(fakeResults().kernels);
    expect(kinds).toContain('cell_forward');
    expect(kinds.at(-1)).toBe(others);
    for (const bar of bars) {
      expect(bar.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
      expect(bar.parts).toHaveLength(kinds.length);
    }
    const gru = bars.find(({ title }) => title === 'M GRU');
    expect(gru?.parts[kinds.indexOf('cell_forward')].kernel).toBe('gru_forward');
  });

  test('nothing measured means no plot', () => {
    expect(plots(emptyResults())).toEqual([]);
    expect(plots(fakeResults()).map(({ name }) => name)).toEqual([
      'ratios-node-train',
      'ratios-node-forward',
      'ratios-node-single',
      'ratios-browser-train',
      'ratios-browser-forward',
      'ratios-browser-single',
      'growth',
      'step',
      'roofline',
    ]);
  });
});

describe('tables', () => {
  test('Markdown: a header, a rule with alignment, escaped bars', () => {
    expect(asMarkdown({ columns: ['name', '>ms'], rows: [['a|b\nc', '1.0']] })).toEqual([
      '| name | ms |',
      '|---|---:|',
      '| a\\|b c | 1.0 |',
    ]);
    const lines = asMarkdown(ratioTable(fakeResults()));
    const widths = new Set(lines.map((line) => line.split('|').length));
    expect(widths.size).toBe(1);
    expect(lines).toHaveLength(2 + fakeResults().ratios.length);
  });

  test('a measurement tells its runs, its form and the chunk that was checked', () => {
    const row = fakeResults().measurements.find(({ milliseconds }) => milliseconds)!;
    const chunk = { N: 2, T: 8 };
    const { columns, rows } = measurementTable([
      { ...row, engine: 'tfjs webgpu', form: 'core ops' },
      { ...row, checkedChunk: chunk },
      { ...row, checkedChunk: chunk, wholeChunk: { difference: 2e-6, against: 'tfjs webgpu' } },
    ]);
    const column = (name: string) => rows.map((cells) => cells[columns.indexOf(name)]);
    expect(column('engine')[0]).toBe('tfjs webgpu, core ops');
    expect(column('>runs')).toEqual(['15', '15', '15']);
    expect(column('checked')).toEqual(['whole', 'N 2, T 8 only', 'N 2, T 8; whole: 2.0e-6 from tfjs webgpu']);
  });

  test('of several pairs the largest difference of the whole chunk counts, of those that were timed', () => {
    const about = { work: 'large', cell: 'lstm', mode: 'train', place: 'node' } as const;
    const outcome = (difference: number, times: number[]) => ({
      engine: 'webgpu-rnn webgpu',
      times,
      wholeChunk: { difference, against: `peer ${difference}` },
    });
    const row = measurementOf(about, [outcome(1e-6, [1]), outcome(2e-6, [3]), outcome(1, [])], 1);
    expect(row.wholeChunk).toEqual({ difference: 2e-6, against: 'peer 0.000002' });
    expect(row.milliseconds?.runs).toBe(2);
  });

  test('text: columns are aligned', () => {
    const lines = asText({
      columns: ['name', '>ms'],
      rows: [
        ['tfjs', '12.0 µs'],
        ['ours', '1.00 µs'],
      ],
    });
    expect(lines).toEqual(['name       ms', 'tfjs  12.0 µs', 'ours  1.00 µs']);
  });

  test('the terminal gets the adapter, times, ratios, counts and what was left out', () => {
    const text = table(fakeResults());
    expect(text).toMatch(/^adapter: Imaginary GPU 9000\n/);
    expect(text).toContain('tfjs webgpu');
    expect(text).toContain('none: one step takes longer than 60 s');
    expect(text).toContain('bind groups');
    expect(text).toContain('jax-js webgpu: no GRU');
    expect(text).toContain('counted in a step, with the model of an unknown GPU');
    const small = fakeResults();
    const counts = { S: small.counts['M lstm train'], 'S gru': small.counts['M gru train'] };
    const own = ownCountTable({ ...small, counts: { ...counts, M: counts.S } });
    expect(own.rows.map(([name]) => name)).toEqual(['S', 'M']);
    expect(table({ ...emptyResults(), machine: { ...fakeResults().machine, software: true } })).toBe(
      'adapter: Imaginary GPU 9000 (software adapter)',
    );
  });
});

describe('Markdown', () => {
  test('every part is there, with its plots', () => {
    const figures = plots(fakeResults()).map(({ name, alt }) => ({ name, alt, file: `x-${name}.svg` }));
    const text = markdown(fakeResults(), figures);
    expect(text.match(/^## .*$/gm)).toEqual([
      '## Against other engines',
      '## How the time grows',
      '## Where the time of a step goes',
      '## All measurements',
      '## Counts per step',
      '## First step',
      '## What was left out',
      '## Method and machine',
    ]);
    for (const { file } of figures) expect(text).toContain(`](${file})`);
    expect(text).toContain('matrix product 9,500 GFLOP/s');
    expect(text).toContain('are not in the roofline: embedding_order');
    expect(text).toContain('none: one step takes longer than 60 s');
    expect(text).toContain('median of 15 runs after 3');
    expect(text).toContain('the peer ran in a process of its own');
    expect(text).not.toMatch(/undefined|NaN|\[object/);
    expect(text).not.toContain('software');
  });

  test('an empty run says so in every part, and a software adapter is called one', () => {
    const results = emptyResults();
    results.machine.software = true;
    const text = markdown(results, []);
    expect(text).toMatch(/^# Imaginary GPU 9000 \(software adapter\)\n\nThese figures are of a \*\*software/);
    expect(text).toContain('No kernel was timed.');
    expect(text).toContain('Nothing was counted.');
    expect(text).not.toMatch(/undefined|NaN|Infinity/);
  });
});

describe.runIf(charts)('files, drawn by the chart library of bench/node_modules', () => {
  let folder: string;
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webgpu-rnn-report-'));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  test('a report and its plots, whole, with nothing left beside them', async () => {
    const target = path.join(folder, 'made', 'on demand');
    const { files } = await writeReport(fakeResults(), target);
    expect(files.map((file) => path.relative(target, file)).sort()).toEqual(fs.readdirSync(target).sort());
    expect(path.basename(files[0])).toBe('imaginary-gpu-9000.md');
    const report = fs.readFileSync(files[0], 'utf8');
    for (const file of files.slice(1)) {
      expect(report).toContain(`(${path.basename(file)})`);
      const svg = fs.readFileSync(file, 'utf8');
      expect(svg).toMatch(/^<svg [^>]*role="img"><title>[^<]+<\/title>[\s\S]*<\/svg>\n$/);
      // Quotes within attributes would make a file that no browser shows.
      for (const [tag] of svg.matchAll(/<[a-z][^>]*>/g)) {
        expect(tag).toMatch(/^<[a-z]\w*(\s+[\w:-]+="[^"]*")*\s*\/?>$/i);
      }
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(fs.readFileSync(files[1], 'utf8')).toContain('tfjs wasm');
    // Once more over the files that are there.
    expect(await writeReport(fakeResults(), target)).toEqual({ files });
  });

  test('of a narrowed run under a name of its own, with the plots that have something to show', async () => {
    const target = path.join(folder, 'narrow');
    const results = { ...fakeResults(), growth: [], kernels: [] };
    const { files } = await writeReport(results, target, { partial: true });
    const names = files.map((file) => path.basename(file));
    expect(names[0]).toBe('imaginary-gpu-9000.partial.md');
    expect(names.slice(1).length).toBeGreaterThan(0);
    for (const name of names.slice(1)) expect(name).toMatch(/^imaginary-gpu-9000\.partial-ratios-.*\.svg$/);
    const report = fs.readFileSync(files[0], 'utf8');
    expect(report).toContain('Options chose a part of the benchmark');
    expect(report.match(/!\[/g)).toHaveLength(names.length - 1);
  });

  test('a folder that cannot be made is said', async () => {
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, '');
    await expect(writeReport(emptyResults(), path.join(file, 'x'))).rejects.toThrow(
      /cannot write the report/,
    );
  });
});

test.runIf(!charts)(
  'without the chart library there are tables alone, and words on how to have plots',
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webgpu-rnn-report-'));
    try {
      const { files, note } = await writeReport(fakeResults(), folder);
      expect(files).toHaveLength(1);
      expect(note).toMatch(/npm --prefix bench ci/);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
);
