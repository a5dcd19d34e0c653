// The benchmark's command: reads the options, runs what they choose, and turns every failure into one line.
import os from 'node:os';
import { DataError, DeviceError, FormatError, OptionError } from '../../src/core/errors.ts';
import { growthTasks, measureGrowth } from './growth.ts';
import { endOnSignals } from './interruption.ts';
import { reasonOf } from './measure.ts';
import { type BenchOptions, parseOptions } from './options.ts';
import { publish } from './output.ts';
import { ownCounts } from './own_counts.ts';
import { type MeasuringPlace, nodePlace } from './places.ts';
import { buildPlaces, commitOf, installPeers, isClone } from './prepare.ts';
import { progressLine } from './progress.ts';
import { readBaseline } from './report/baseline.ts';
import type { BenchResults, KernelRow, Place } from './results.ts';
import { expectedTime, type Selected, select, wantsGrowth } from './selection.ts';
import { type Method, measureAll, needsPeers } from './session.ts';
import { addTorch } from './torch_rows.ts';
import { cells } from './works.ts';

const USAGE_ERROR = 2;

/** @returns the exit status */
async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv, isClone);
  if (!options) return 0;
  if (options.counts) return printCounts(options);
  // Read before anything is measured: a wrong name is told at once.
  const baseline = options.compare === undefined ? undefined : readBaseline(options.compare);
  const disregardSignals = endOnSignals();
  const adapter = await adapterWords();
  const { selected, omitted } = options.growth
    ? { selected: [], omitted: [] }
    : select(options, adapter.software);
  const grows = wantsGrowth(options, adapter.software);
  const withTfjs = grows && (!options.engines || options.engines.includes('tfjs webgpu'));
  const method = methodOf(options, adapter.software);
  const quick = options.quick ? '' : ' (--quick: few runs of the smallest work)';
  const estimate =
    selected.length > 0
      ? `${expectedTime(selected, method, adapter.software)}${quick}`
      : `measuring ${growthTasks(adapter.software)} sizes`;
  process.stderr.write(`${adapter.adapter}: ${estimate}\n`);
  if (needsPeers(selected) || withTfjs) await installPeers();
  const names = new Set<Place>(selected.map(({ place }) => place)).add('node');
  const opened = await openPlaces(names);
  let results: BenchResults;
  try {
    const node = opened.places.get('node')!;
    const measured = await measureAll(selected, opened.places, method, adapter.software);
    const torch = await addTorch(selected, measured, method, node);
    const kernels = await kernelTimes(options, selected, node);
    const curves = grows
      ? await measureGrowth(
          node,
          { ...method, runs: Math.min(method.runs, 5) },
          { ...adapter, withPeer: withTfjs },
        )
      : { growth: [], omitted: [] };
    const { budget: _, ...told } = method;
    results = {
      format: 1,
      date: new Date().toISOString(),
      commit: commitOf(),
      machine: {
        ...adapter,
        host: `${os.platform()} ${os.arch()}, ${os.cpus()[0]?.model.trim() ?? 'unknown processor'}`,
        cores: os.cpus().length,
        node: process.versions.node,
        ...(opened.browser !== undefined && { browser: opened.browser }),
      },
      method: told,
      ceilings: kernels.ceilings,
      kernels: kernels.kernels,
      measurements: measured.measurements,
      ratios: measured.ratios,
      growth: curves.growth,
      counts: await ownCounts(cells),
      omitted: [
        ...omitted,
        ...opened.omitted,
        ...torch,
        ...measured.omitted,
        ...kernels.omitted,
        ...curves.omitted,
      ],
    };
  } finally {
    for (const place of opened.places.values()) await place.close();
  }
  disregardSignals();
  return publish(results, options, baseline);
}

/** The last line is one JSON object, whatever else was printed. */
async function printCounts({ json }: BenchOptions): Promise<number> {
  // The object that is printed is of lstm alone.
  const counts = await ownCounts(json ? ['lstm'] : cells);
  if (!json) {
    for (const [work, { dispatches, submits, bindGroups, buffers, bytes }] of Object.entries(counts)) {
      process.stdout.write(
        `${work.includes(' ') ? work : `${work} lstm`}, a training step: ${many(dispatches, 'dispatch', 'dispatches')}, ` +
          `${many(submits, 'submit')}; made: ${many(bindGroups, 'bind group')}, ${many(buffers, 'buffer')}, ` +
          `${many(bytes, 'byte')}\n`,
      );
    }
  } else {
    process.stdout.write(`${JSON.stringify(counts)}\n`);
  }
  return 0;
}

function many(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}

async function adapterWords(): Promise<{ adapter: string; software: boolean }> {
  const none = /^none: (.*)$/s.exec(process.env.WEBGPU_RNN_ADAPTER ?? '')?.[1];
  if (none !== undefined) {
    throw new DeviceError(
      `no GPU adapter, and no software adapter: ${none}. The benchmark needs one: install a GPU driver with Vulkan, or` +
        ' `npm install @sparticuz/chromium`, which carries a software adapter for linux-x64',
    );
  }
  await buildPlaces(['worker']);
  return nodePlace().run('adapter', undefined as never);
}

interface OpenedPlaces {
  places: Map<Place, MeasuringPlace>;
  browser?: string;
  omitted: string[];
}

/** Opens the places that are wanted; a browser that cannot be had is told and left out. */
async function openPlaces(names: ReadonlySet<Place>): Promise<OpenedPlaces> {
  const opened: OpenedPlaces = { places: new Map([['node', nodePlace()]]), omitted: [] };
  await buildPlaces(names.has('browser') ? ['worker', 'page'] : ['worker']);
  if (!names.has('browser')) return opened;
  if (!isClone) {
    opened.omitted.push('browser: left out, the bundle carries none');
    return opened;
  }
  try {
    const place = await (await import('./browser_place.ts')).browserPlace();
    opened.places.set('browser', place);
    if (place.browser !== undefined) opened.browser = place.browser;
  } catch (error) {
    opened.omitted.push(`browser: left out, ${(error as Error).message.split('\n')[0]}`);
  }
  return opened;
}

function methodOf({ runs, budget, quick, autotune }: BenchOptions, software: boolean): Method {
  return {
    warmup: 5,
    runs: runs ?? (quick ? 3 : software ? 10 : 20),
    blockMilliseconds: 5,
    autotune,
    budget: 1000 * (budget ?? (quick || software ? 3 : 10)),
  };
}

/** Kernels of every work whose training was measured; a work that cannot be profiled is told. */
async function kernelTimes(
  options: BenchOptions,
  selected: readonly Selected[],
  node: MeasuringPlace,
): Promise<Pick<BenchResults, 'ceilings' | 'kernels' | 'omitted'>> {
  const ceilings = await node.run('ceilings', undefined as never);
  const kernels: KernelRow[] = [];
  const omitted: string[] = [];
  if (!options.kernels) return { ceilings, kernels, omitted };
  const trained = selected.filter(({ mode }) => mode === 'train');
  const tasks = new Map(trained.map((group) => [`${group.work.name} ${group.cell}`, group]));
  const progress = await progressLine(tasks.size);
  for (const [key, { work, cell, mode }] of tasks) {
    progress.begin(`kernels of ${key}`);
    const request = { task: { work, cell, mode }, ceilings, autotune: options.autotune };
    try {
      const rows = await node.run('kernels', request);
      kernels.push(...rows.map((row) => ({ work: work.name, cell, ...row })));
    } catch (error) {
      omitted.push(`kernels of ${key}: ${reasonOf(error)}`);
    }
    progress.done();
  }
  progress.close();
  return { ceilings, kernels, omitted };
}

function report(error: unknown): number {
  const known = [DataError, DeviceError, FormatError, OptionError].some((kind) => error instanceof kind);
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  const more = known || process.env.WEBGPU_RNN_DEBUG !== '1' ? '' : `\n${stack}`;
  process.stderr.write(`bench: ${message}${more}\n`);
  return known ? USAGE_ERROR : 1;
}

let status: number;
try {
  status = await main(process.argv.slice(2));
} catch (error) {
  status = report(error);
}
// A GPU device keeps the process alive; what was printed must be out before it ends.
process.stdout.write('', () => process.exit(status));
