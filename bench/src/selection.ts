// Decides what runs: everything on a GPU; on a software adapter what takes minutes, unless it is asked for by name.
import { engines, isOwn, ours } from './engines/names.ts';
import { type BenchOptions, isPartial } from './options.ts';
import { placeName } from './report/names.ts';
import type { Measurement, Place } from './results.ts';
import { type Cell, cells, flopsOf, type Mode, modes, type Work, workOf, works } from './works.ts';

/** One work, cell and mode in one place, with the engines that are measured on it. */
export interface Selected {
  place: Place;
  work: Work;
  cell: Cell;
  mode: Mode;
  /** Ours on the GPU is measured beside each of them. */
  peers: readonly string[];
}

export interface Selection {
  selected: Selected[];
  omitted: string[];
}

const smallWorks = ['S', 'M'];

/** Rough speeds on a software adapter of two cores, GFLOP/s, and the time that a step takes whatever its size, ms per step of T. */
const softwareSpeeds: Readonly<Record<string, [gflops: number, perStep: number]>> = {
  'webgpu-rnn webgpu': [2, 0.3],
  'webgpu-rnn cpu': [0.3, 0],
  'tfjs webgpu': [0.12, 25],
  'tfjs webgl': [0.4, 12],
  'tfjs wasm': [1.5, 4],
  'jax-js webgpu': [0.4, 5],
  'jax-js wasm': [6, 1],
};

/** A step of an engine on the CPU that takes longer, in seconds, is left out beside a GPU. */
const PATIENCE = 5;

/** A pair that does not train and takes longer, in seconds, is left out on a software adapter unless it is asked for. */
const LONGEST_PAIR = 30;

/** Seconds until a pair is in its page or process, its shaders compiled. */
const START = 3;

/** Steps that every measurement takes to be checked and warmed up, and to be counted; those of the runs come on top. */
const STEPS = 5;
const COUNTED_STEPS = 3;
const LEAST_RUNS = 3;

/** What is left out of a work for one reason. */
interface LeftOut {
  cells: Set<Cell>;
  /** Engines. */
  names: Set<string>;
  places: Set<string>;
  seconds: number;
}

const noneLeft = (): LeftOut => ({ cells: new Set(), names: new Set(), places: new Set(), seconds: 0 });

/** Chooses by the options and the adapter; what is left out is told with its reason and the way to have it. */
export function select(options: BenchOptions, software: boolean): Selection {
  const asked = Boolean(options.works || options.modes || options.cells || options.engines || options.places);
  const wanted = {
    works: options.quick && !options.works ? ['S'] : options.works,
    cells: options.quick && !options.cells ? (['lstm'] as Measurement['cell'][]) : options.cells,
    modes: options.quick && !options.modes ? (['train'] as Mode[]) : options.modes,
    places: options.quick && !options.places ? (['node'] as Place[]) : options.places,
  };
  const selected: Selected[] = [];
  const left = new Map<string, LeftOut>();
  const chosenEngines = options.engines ?? Object.keys(engines);
  for (const place of wanted.places ?? (['node', 'browser'] as const)) {
    for (const work of works) {
      if (wanted.works && !wanted.works.includes(work.name)) continue;
      for (const cell of wanted.cells ?? cells) {
        for (const mode of wanted.modes ?? modes) {
          // A single step has no token to feed where features go in.
          if (mode === 'single' && work.input === 'features') continue;
          const able = chosenEngines.filter((name) => name !== ours && engines[name].includes(place));
          const sized = workOf(work, mode);
          const leave = (names: readonly string[], option: string) => {
            if (names.length === 0) return;
            const key = `${work.name}|${option}`;
            const entry = left.get(key) ?? noneLeft();
            for (const name of names) entry.names.add(name);
            entry.cells.add(cell);
            entry.places.add(placeName(place));
            entry.seconds += names.reduce((sum, name) => sum + pairSeconds(sized, cell, mode, name), 0);
            left.set(key, entry);
          };
          if (software && !options.works && !smallWorks.includes(work.name)) {
            leave([ours, ...able.filter((name) => name !== 'torch')], `--works ${work.name}`);
            continue;
          }
          const narrow = software && cell !== 'lstm' && !options.cells;
          if (narrow && !asked && (place === 'browser' || mode !== 'train')) {
            leave([ours, ...able.filter((name) => name !== 'torch')], `--cells ${cell}`);
            continue;
          }
          const slow = (name: string) =>
            software
              ? (mode !== 'train' && pairSeconds(sized, cell, mode, name) > LONGEST_PAIR) ||
                // The same code as in Node.
                (place === 'browser' && name === 'webgpu-rnn cpu')
              : /(cpu|wasm|webgl)$/.test(name) && stepSeconds(sized, cell, mode, name) > PATIENCE;
          const tooSlow = (software ? asked : options.engines) ? [] : able.filter(slow);
          const beside = software ? `--places ${place} --modes ${mode}` : undefined;
          for (const name of tooSlow) leave([name], beside ?? `--engines ${name.replace(/ .*/, '')}`);
          const peers = (narrow ? able.filter(isOwn) : able).filter((name) => !tooSlow.includes(name));
          const without = able.filter(
            (name) => !peers.includes(name) && !tooSlow.includes(name) && name !== 'torch',
          );
          leave(without, `--cells ${cell}`);
          selected.push({ place, work, cell, mode, peers });
        }
      }
    }
  }
  const omitted = [...left].map(([key, { cells, names, places, seconds }]) => {
    const [work, option] = key.split('|');
    const what = `${work} ${[...cells].join(', ')} for ${[...names].join(', ')} in ${[...places].join(' and ')}`;
    const where = software ? 'on this software adapter' : 'on the CPU';
    return `${what}: about ${minutes(seconds)} ${where}; ${option} asks for it`;
  });
  return { selected, omitted };
}

/** Seconds of a step on a software adapter, or of an engine on the CPU anywhere. */
function stepSeconds(work: Work, cell: Cell, mode: Mode, engine: string): number {
  const [gflops, perStep] = softwareSpeeds[engine] ?? [1, 0];
  return flopsOf(work, cell, mode) / gflops / 1e9 + (work.T * perStep) / 1000;
}

/** Seconds that a pair of an engine with ours takes there. */
function pairSeconds(
  work: Work,
  cell: Cell,
  mode: Mode,
  engine: string,
  { runs = 10, budget = 3 } = {},
): number {
  const measuring = (name: string) => {
    const step = stepSeconds(work, cell, mode, name);
    const steps = STEPS + (mode === 'train' && name.endsWith(' webgpu') ? COUNTED_STEPS : 0);
    return steps * step + Math.max(LEAST_RUNS * step, Math.min(budget, runs * Math.max(step, 0.005)));
  };
  return START + measuring(ours) + (engine === ours ? 0 : measuring(engine));
}

/** Seconds that building, ceilings and a profile take. */
const fixed = { software: { once: 40, profile: 8 }, hardware: { once: 40, profile: 5 } };

/** What all of it takes, in words for the beginning; on a GPU only what the processor computes is known beforehand. */
export function expectedTime(
  selected: readonly Selected[],
  method: { runs: number; budget: number },
  software: boolean,
): string {
  const { once, profile } = fixed[software ? 'software' : 'hardware'];
  const profiles = selected.filter(({ mode, place }) => mode === 'train' && place === 'node').length;
  const limits = { runs: method.runs, budget: method.budget / 1000 };
  let seconds = once + profile * profiles;
  let pairs = 0;
  for (const { work, cell, mode, peers } of selected) {
    const names = peers.filter((name) => name !== 'torch');
    pairs += Math.max(1, names.length);
    for (const name of names.length > 0 ? names : [ours]) {
      const known = software || /(cpu|wasm)$/.test(name);
      seconds += known ? pairSeconds(workOf(work, mode), cell, mode, name, limits) : 2 * START;
    }
  }
  return `measuring ${pairs} ${pairs === 1 ? 'pair' : 'pairs'} of engines, about ${minutes(seconds)}`;
}

function minutes(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** Whether a growth curve is part of the run: asked for, or a whole run on a GPU. */
export function wantsGrowth(options: BenchOptions, software: boolean): boolean {
  return options.growth || (!software && !isPartial(options));
}
