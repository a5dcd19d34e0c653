// The three things a network learns here, each as a lesson: a model, one round of training, and a look at what it does.
import { type Backend, languageTrainer, type Model, type Parameters } from 'webgpu-rnn';
import { featureOf, watchedIn } from './features.ts';
import { findCounter, findMemory, findWatchers } from './findings.ts';
import { longestText } from './limits.ts';
import type { LessonName, RunSettings, Shown, View } from './messages.ts';
import {
  countingIds,
  countingLetters,
  countingModel,
  countingSamples,
  countsInTraining,
  countsOf,
  memoryLetters,
  memoryModel,
  memorySamples,
  mostCounted,
  oneHot,
} from './tasks.ts';
import { type Alphabet, alphabetOf, textModel } from './texts.ts';
import { expected, planesOf, type Watcher, watcher } from './watcher.ts';

/** Something that can be looked into. */
export interface Look {
  view(shown: Shown): Promise<View>;
  dispose(): Promise<void>;
}

export interface Lesson extends Look {
  readonly task: LessonName;
  readonly model: Model;
  /** Trains until `onRound` says false; a round is an epoch, or a step with a text. */
  train(onRound: (loss: number) => Promise<boolean>): Promise<void>;
}

/** What a lesson's file says of itself, besides the model. */
export interface LessonNote {
  task: LessonName;
  units: number;
  /** With a text: its characters by id. */
  characters?: string;
}

/** Epochs that training may take: it ends by `onRound`. */
const endless = 1_000_000;
/** Steps with a text between two readings of the loss. */
export const stepsOfRound = 4;
const textBatch = 16;
const textWindow = 48;

export async function lessonOf(
  backend: Backend,
  settings: RunSettings,
  corpus: string,
  trained?: Model,
): Promise<Lesson> {
  const options = { backend, units: settings.units, seed: settings.seed };
  trained?.runtime.useBackend(backend);
  if (settings.task === 'counting') {
    return countingLesson(backend, trained ?? countingModel({ ...options, learningRate: 0.01 }), settings);
  }
  if (settings.task === 'memory') {
    return memoryLesson(backend, trained ?? memoryModel({ ...options, learningRate: 0.02 }), settings);
  }
  const note = trained?.extras as LessonNote | undefined;
  const alphabet = alphabetOf(note?.characters ?? corpus);
  const model = trained ?? textModel({ ...options, symbols: alphabet.characters.length });
  return textLesson(backend, model, settings, alphabet, corpus);
}

async function countingLesson(backend: Backend, model: Model, { units }: RunSettings): Promise<Lesson> {
  note(model, { task: 'counting', units });
  const { x, y } = countingSamples(countsInTraining);
  const all = countingSamples(Array.from({ length: mostCounted }, (_, i) => i + 1));
  const looking = await lookInto(model, backend, { steps: all.x[0].length, batch: all.x.length });
  return {
    ...fitted(model, looking, x, y),
    task: 'counting',
    async view({ count }) {
      const recording = await looking.record(all.x);
      const told = all.lengths.map((length, n) => expected(recording, n, length, { logits: false }));
      // What can be known is what follows the X: n times b, and the end.
      const exact = all.y.flatMap((row, i) => {
        const n = i + 1;
        return told[i].slice(n).every(({ symbol }, t) => symbol === row[n + t]) ? [n] : [];
      });
      const length = all.lengths[count - 1];
      const [layer] = recording.layers;
      const said = spelled(countingIds(count), length, countingLetters, told[count - 1]);
      return {
        ...{ task: 'counting', layer: layer.name, units: layer.units, exact, level: 'char' },
        ...said,
        // Nobody can know whether another a or the X comes next.
        wanted: said.wanted.map((symbol, t) => (t < count ? undefined : symbol)),
        planes: planesOf(recording, 0, count - 1, length),
        findings: [findCounter(recording)],
        compared: [Float32Array.from(countsOf(count))],
      };
    },
  };
}

async function memoryLesson(backend: Backend, model: Model, { units }: RunSettings): Promise<Lesson> {
  note(model, { task: 'memory', units });
  const { x, y, lengths } = memorySamples();
  const [length] = lengths;
  const symbols = memoryLetters.length;
  const looking = await lookInto(model, backend, { steps: length, batch: x.length, symbols });
  return {
    ...fitted(model, looking, oneHot(x, symbols), y),
    task: 'memory',
    async view({ letter }) {
      const recording = await looking.record(x);
      const told = x.map((_, n) => expected(recording, n, length, { logits: false }));
      const right = told.every((steps, n) => steps[length - 1].symbol === y[n][length - 1]);
      const n = letter === 'A' ? 0 : 1;
      const [layer] = recording.layers;
      return {
        ...{ task: 'memory', layer: layer.name, units: layer.units, right, level: 'char' },
        ...spelled([...x[n], y[n][length - 1]], length, memoryLetters, told[n]),
        planes: planesOf(recording, 0, n, length),
        other: planesOf(recording, 0, 1 - n, length).cell!,
        compared: [],
        findings: [findMemory(recording, length - 1, right)],
      };
    },
  };
}

async function textLesson(
  backend: Backend,
  model: Model,
  { units, seed }: RunSettings,
  alphabet: Alphabet,
  corpus: string,
): Promise<Lesson> {
  note(model, { task: 'text', units, characters: alphabet.characters.join('') });
  const { ids } = alphabet.encode(corpus);
  // The last passage is not trained on: there it is found out which unit watches what.
  const heldOut = corpus.slice(-longestText);
  const held = alphabet.encode(heldOut);
  const heldSymbols = heldOut.split('');
  const tokens = ids.slice(0, -longestText);
  const parameters = await settled(model);
  const optimizer = model.optimizer!;
  const trainer = await languageTrainer({
    ...{ model, parameters, backend, tokens, batch: textBatch, window: textWindow, optimizer, seed },
  });
  trainer.step = model.step;
  const looking = await lookInto(model, backend, { steps: longestText, batch: 2 });
  return {
    task: 'text',
    model,
    async train(onRound) {
      for (;;) {
        // Several steps for one read-back, so that the device is seldom idle.
        await trainer.train({ steps: stepsOfRound });
        model.step = trainer.step;
        const { loss } = await trainer.readLoss();
        if (!(await onRound(loss))) return;
      }
    },
    async view({ text }) {
      const said = alphabet.encode(text.slice(0, longestText) || ' ');
      const length = said.ids.length;
      const recording = await looking.record([said.ids, held.ids]);
      const layer = recording.layers.at(-1)!;
      const told = expected(recording, 0, length, { logits: true });
      const read = spelled(Array.from(said.ids), length, alphabet.characters, told);
      const findings = findWatchers(recording, { symbols: heldSymbols, level: 'char', sequence: 1 });
      return {
        ...{ task: 'text', layer: layer.name, units: layer.units, level: 'char' },
        ...read,
        planes: planesOf(recording, recording.layers.length - 1, 0, length),
        findings,
        compared: findings.map(({ watches }) => watchedIn(featureOf(watches), read.symbols, 'char')),
        judged: `Judged on ${longestText} characters that it was not trained on.`,
        ...(said.unknown > 0 && { unknown: unknownCharacters(said.unknown) }),
      };
    },
    async dispose() {
      trainer.dispose();
      looking.dispose();
      await model.dispose();
    },
  };
}

function fitted(
  model: Model,
  looking: Watcher,
  x: unknown,
  y: unknown,
): Pick<Lesson, 'model' | 'train' | 'dispose'> {
  return {
    model,
    async train(onRound) {
      await model.fit(x, y, {
        ...{ epochs: endless, verbose: 0 },
        callbacks: {
          async onEpochEnd(_, { loss }, training) {
            if (!(await onRound(loss))) training.stop('enough');
          },
        },
      });
    },
    async dispose() {
      looking.dispose();
      await model.dispose();
    },
  };
}

async function lookInto(
  model: Model,
  backend: Backend,
  sizes: { steps: number; batch: number; symbols?: number },
): Promise<Watcher> {
  const parameters = await settled(model, sizes.symbols);
  return watcher({ model, parameters, backend, ...sizes });
}

/** The weights, once they lie on the device: with its first prediction a model brings them there. */
async function settled(model: Model, symbols = 0): Promise<Parameters> {
  await model.predict([[symbols ? Array.from({ length: symbols }, () => 0) : 1]]);
  return model.runtime.parameters;
}

function note(model: Model, about: LessonNote): void {
  model.extras = { ...model.extras, ...about };
}

/** What is read and what is expected, in letters. */
function spelled(
  ids: readonly number[],
  length: number,
  letters: readonly string[],
  told: readonly { symbol: number; probability: number }[],
): Pick<View, 'symbols' | 'expected' | 'wanted'> {
  const all = ids.map((id) => letters[id]);
  return {
    symbols: all.slice(0, length),
    expected: told.map(({ symbol, probability }) => ({ symbol: letters[symbol], probability })),
    wanted: Array.from({ length }, (_, t) => all[t + 1]),
  };
}

function unknownCharacters(count: number): string {
  return count === 1
    ? '1 character that it never saw is read as a space.'
    : `${count} characters that it never saw are read as spaces.`;
}
