// What --compare says, what it fails on, and how it meets files that are no baseline.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseBaseline, readBaseline } from '../../bench/src/report/baseline.ts';
import { compare } from '../../bench/src/report/compare.ts';
import { FormatError } from '../../src/core/errors.ts';
import { fakeResults } from './report_results.ts';

const threshold = 5;
const work = 'M lstm train';

describe('compare', () => {
  test('the same results pass, and every figure is shown as equal', () => {
    const { text, failed } = compare(fakeResults(), fakeResults(), { threshold });
    expect(failed).toBe(false);
    expect(text).toContain('no counted figure grew by more than 5 %, and none is gone');
    expect(text).toMatch(/M lstm train: dispatches +158 +158 +=/);
    expect(text).toMatch(/M LSTM, training step, Node, webgpu-rnn webgpu .* =/);
    for (const title of ['first step', 'times as long', 'time of a kernel', 'by size', 'ceilings']) {
      expect(text).toContain(title);
    }
  });

  test('a kernel that works for no layer is named alone', () => {
    const results = fakeResults();
    for (const row of results.kernels) if (row.kernel === 'window') row.scope = '';
    const { text } = compare(results, fakeResults(), { threshold });
    expect(text).toMatch(/M LSTM, window {2}/);
    expect(text).toContain('M LSTM, adam in update');
  });

  test('a counted figure may grow up to the threshold and not past it', () => {
    const now = fakeResults();
    now.counts[work].dispatches = 165;
    expect(compare(now, fakeResults(), { threshold }).failed).toBe(false);
    now.counts[work].dispatches = 166;
    const { text, failed } = compare(now, fakeResults(), { threshold });
    expect(failed).toBe(true);
    expect(text).toMatch(/M lstm train: dispatches +158 +166 +\+5\.1 % +grown/);
    expect(text).toContain('grown by more than 5 % or gone: M lstm train: dispatches');
  });

  test('a figure that was 0 fails as soon as it is not, whatever the threshold', () => {
    for (const name of ['bindGroups', 'buffers', 'bytes'] as const) {
      const now = fakeResults();
      now.counts[work][name] = 1;
      const { text, failed } = compare(now, fakeResults(), { threshold: 1000 });
      expect(failed, name).toBe(true);
      expect(text).toContain('new');
    }
  });

  test('fewer is better, and times never fail', () => {
    const now = fakeResults();
    now.counts[work].dispatches = 40;
    for (const m of now.measurements) if (m.milliseconds) m.milliseconds.median *= 10;
    for (const row of now.growth) row.milliseconds.median *= 10;
    const { text, failed } = compare(now, fakeResults(), { threshold: 0 });
    expect(failed).toBe(false);
    expect(text).toContain('-75 %');
    expect(text).toContain('+900 %');
  });

  test('a counted work that disappears fails: what it would count is not known', () => {
    const now = fakeResults();
    delete now.counts[work];
    const { text, failed } = compare(now, fakeResults(), { threshold: 1000 });
    expect(failed).toBe(true);
    expect(text).toMatch(/M lstm train: dispatches +158 +not measured +gone/);
    expect(text).toContain('or gone: M lstm train: dispatches');
  });

  test('works and engines that are new are shown, not judged', () => {
    const now = fakeResults();
    now.counts['new work'] = { dispatches: 9, submits: 1, bindGroups: 0, buffers: 0, bytes: 0 };
    const { text, failed } = compare(now, fakeResults(), { threshold });
    expect(failed).toBe(false);
    expect(text).toMatch(/new work: dispatches +not measured +9/);
  });

  test('another adapter is said', () => {
    const now = fakeResults();
    now.machine.adapter = 'Other GPU';
    expect(compare(now, fakeResults(), { threshold }).text).toContain('compare no times');
  });

  test('a threshold is a percentage', () => {
    for (const wrong of [-1, Number.NaN]) {
      expect(() => compare(fakeResults(), fakeResults(), { threshold: wrong })).toThrow(/percentage/);
    }
  });
});

describe('reading a baseline', () => {
  let folder: string;
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webgpu-rnn-baseline-'));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  test('what was written is read', () => {
    const file = path.join(folder, 'results.json');
    fs.writeFileSync(file, JSON.stringify(fakeResults()));
    expect(readBaseline(file)).toEqual(fakeResults());
  });

  test('a missing file and a folder', () => {
    expect(() => readBaseline(path.join(folder, 'none.json'))).toThrow(FormatError);
    expect(() => readBaseline(path.join(folder, 'none.json'))).toThrow(/none\.json: there is no such file/);
    expect(() => readBaseline(folder)).toThrow(/it is a folder/);
  });

  test.each([
    ['half a file', JSON.stringify(fakeResults()).slice(0, 200), /x\.json is no whole JSON/],
    ['an empty file', '', /no whole JSON/],
    ['another program', '{"name":"webgpu-rnn"}', /no results of this benchmark: it has no field "format"/],
    ['a list', '[1]', /no results of this benchmark/],
    ['a later format', JSON.stringify({ ...fakeResults(), format: 2 }), /has format 2 and .* reads format 1/],
    [
      'a part that is missing',
      JSON.stringify({ ...fakeResults(), ratios: undefined }),
      /its "ratios" is no list/,
    ],
    ['counts of another kind', JSON.stringify({ ...fakeResults(), counts: [] }), /"counts" is no object/],
    [
      'a count that is no number',
      JSON.stringify({ ...fakeResults(), counts: { M: { dispatches: '9' } } }),
      /counts of M have a dispatches that is no number/,
    ],
  ])('%s', (_, text, message) => {
    expect(() => parseBaseline(text, 'x.json')).toThrow(message);
    expect(() => parseBaseline(text, 'x.json')).toThrow(FormatError);
  });
});
