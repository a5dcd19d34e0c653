// What a visitor chooses: the task, its sizes and what the network is shown, and how a link carries them.
import type { Settings } from '../../types.ts';
import { longestText, mostCounted } from './limits.ts';
import type { RunSettings, TaskName } from './messages.ts';

export interface Chosen {
  task: TaskName;
  units: number;
  most: number;
  seed: number;
  count: number;
  letter: 'A' | 'B';
  /** A text of one's own to be read; else one that fits the network. */
  text: string | undefined;
  /** Of the model that was written with: its recurrent layer, from 1 at the bottom. */
  layer: number;
}

export const tasks: Readonly<Record<TaskName, { units: number; most: number; unit: string; note: string }>> =
  {
    counting: {
      ...{ units: 10, most: 300, unit: 'epoch' },
      note: 'After n times a and an X come n times b and an end. Nobody tells the network what n is: it has to count.',
    },
    memory: {
      ...{ units: 10, most: 3000, unit: 'epoch' },
      note: 'AxxxxxxYa or BxxxxxxYb: the last letter was decided by the first, eight steps before.',
    },
    text: {
      ...{ units: 64, most: 2000, unit: 'step' },
      note: 'A character model learns the source of this project. Which units watch quotes, brackets and line ends?',
    },
    written: {
      ...{ units: 10, most: 300, unit: 'step' },
      note: 'The model that was trained in the tab Write reads what you type. Which of its units watch quotes, brackets, spaces?',
    },
  };
/** What a character model is shown where nothing else is at hand. */
export const sample = "const name = 'counter'; // says who counts\nreturn { a: [1, 2], b: f('x', `y`) };\n";

export const standard: Chosen = {
  ...{ task: 'counting', units: 10, most: 300, seed: 1 },
  ...{ count: 8, letter: 'A', text: undefined, layer: 1 },
};

/** What makes a network another one: how long it trains does not. */
export function networkOf({ task, units, seed, corpus }: RunSettings): string {
  return JSON.stringify([task, units, seed, corpus]);
}

/** What differs from the standard of the task. */
export function writeSettings(chosen: Chosen): Settings {
  const { task, units, most, seed, count, letter, text, layer } = chosen;
  const reads = task === 'text' || task === 'written';
  return {
    ...(task !== 'counting' && { task }),
    ...(units !== tasks[task].units && { units }),
    ...(most !== tasks[task].most && { most }),
    ...(seed !== standard.seed && { seed }),
    ...(task === 'counting' && count !== standard.count && { n: count }),
    ...(task === 'memory' && letter !== standard.letter && { letter }),
    ...(reads && text !== undefined && { text }),
    ...(task === 'written' && layer !== standard.layer && { layer }),
  };
}

/** The settings of a link, each within its range. */
export function readSettings(given: Settings): Chosen {
  const within = (name: string, low: number, high: number, otherwise: number) => {
    const value = Math.round(Number(given[name] ?? Number.NaN));
    return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;
  };
  const task = Object.hasOwn(tasks, String(given.task)) ? (given.task as TaskName) : standard.task;
  return {
    task,
    units: within('units', 1, 256, tasks[task].units),
    most: within('most', 1, 100_000, tasks[task].most),
    seed: within('seed', 0, 9999, standard.seed),
    count: within('n', 1, mostCounted, standard.count),
    letter: given.letter === 'B' ? 'B' : 'A',
    text: given.text === undefined ? undefined : String(given.text).slice(0, longestText),
    layer: within('layer', 1, 4, standard.layer),
  };
}
