// Looks into a language model of the writing tab: what each unit does on any text, and which of them watches what.
import { type Backend, languageModel, Parameters, type Vocabulary } from 'webgpu-rnn';
import type { HandedModel } from '../../types.ts';
import { openModelFile, restoreWeights } from '../write/model_file.ts';
import { heldBack, readCorpus } from '../write/text.ts';
import { featureOf, featuresIn, watchedIn } from './features.ts';
import { type Finding, findWatchers } from './findings.ts';
import type { Look } from './lessons.ts';
import { longestText } from './limits.ts';
import type { View } from './messages.ts';
import { expected, type LayerFacts, planesOf, type Watcher, watcher } from './watcher.ts';

export interface Reading extends Look {
  readonly layers: readonly LayerFacts[];
  readonly vocabulary: Vocabulary;
  /** A text of the kind that it has learned, to begin with. */
  readonly excerpt: string | undefined;
}

/** Plans are made for so many symbols, so that a letter more needs no other plan. */
const planSteps = [32, 128, longestText];
/** Symbols that a passage needs at the least to judge units on it. */
const leastPassage = 128;
const excerptLength = 240;

/**
 * Puts a model onto the device and finds the units that watch something.
 * @throws FormatError for a file that is no language model of the page, or is cut short.
 */
export async function openReading(backend: Backend, written: HandedModel): Promise<Reading> {
  const stored = openModelFile(written.bytes, written.name, written.record);
  const { vocabulary } = stored;
  const { level } = vocabulary;
  const model = languageModel(stored.config);
  const parameters = new Parameters({ seed: 1 });
  let looking: Watcher | undefined;
  /** A watcher with room for so many symbols. */
  const watcherFor = async (length: number): Promise<Watcher> => {
    const steps = planSteps.find((size) => size >= length)!;
    if (looking?.steps === steps) return looking;
    looking?.dispose();
    looking = undefined;
    looking = await watcher({ model, parameters, backend, steps, batch: 1 });
    return looking;
  };
  const dispose = async (): Promise<void> => {
    looking?.dispose();
    backend.release(parameters.storage);
  };

  const symbolsOf = (ids: Uint32Array): string[] =>
    Array.from(ids, (id) => (vocabulary.tokens[id] === '<eos>' ? '\n' : vocabulary.tokens[id]));
  const passage = passageOf(written.passage ?? (await ownPassage(stored.settings.corpus)), vocabulary);
  const found = new Map<number, Finding[]>();
  let judge: ((layer: number) => Finding[]) | undefined;
  let layers: readonly LayerFacts[];
  try {
    const first = await watcherFor(passage?.length ?? 1);
    layers = first.layers;
    restoreWeights(stored, backend, parameters);
    if (passage) {
      const recording = await first.record([passage]);
      const symbols = symbolsOf(passage);
      judge = (layer) => {
        const known = found.get(layer) ?? findWatchers(recording, { symbols, level, layer });
        found.set(layer, known);
        return known;
      };
    }
  } catch (error) {
    await dispose();
    throw error;
  }

  return {
    layers,
    vocabulary,
    excerpt: passage && excerptOf(vocabulary.decode(passage.subarray(0, excerptLength))),
    dispose,
    async view(shown): Promise<View> {
      const index = Math.min(shown.layer, layers.length - 1);
      let unknown = 0;
      const onUnknown = () => void unknown++;
      const given = vocabulary.encode(shown.text, { onUnknown, limit: longestText });
      const ids = given.length > 0 ? given : Uint32Array.of(lineEnd(vocabulary));
      const { length } = ids;
      const symbols = symbolsOf(ids);
      const recording = await (await watcherFor(length)).record([ids], [index]);
      const { name, units } = recording.layers[0];
      const findings = judge?.(index) ?? findWatchers(recording, { symbols, level });
      const said = expected(recording, 0, length, { logits: true });
      const [next] = [symbolsOf(Uint32Array.from(said, ({ symbol }) => symbol))];
      return {
        ...{ task: 'written', layer: name, units, symbols, level, findings },
        expected: said.map(({ probability }, t) => ({ symbol: next[t], probability })),
        wanted: symbols.map((_, t) => symbols[t + 1]),
        planes: planesOf(recording, 0, 0, length),
        compared: findings.map(({ watches }) => watchedIn(featureOf(watches), symbols, level)),
        judged: judge
          ? `Judged on ${passage!.length} ${level === 'char' ? 'characters' : 'words'} of its own kind of text that it was not trained on.`
          : 'Judged on the text that it is shown: the longer, the surer.',
        ...(unknown > 0 && { unknown: leftOut(unknown, level) }),
      };
    },
  };
}

/** What was kept back of a corpus of the page. */
async function ownPassage(corpus: string | undefined): Promise<string | undefined> {
  if (corpus !== 'source' && corpus !== 'fables') return undefined;
  return heldBack((await readCorpus({ kind: corpus })).text);
}

/** The stretch of a text in which most of the features come and go, as ids. */
function passageOf(text: string | undefined, vocabulary: Vocabulary): Uint32Array | undefined {
  const all = vocabulary.encode(text ?? '', { onUnknown: () => {} });
  const end = lineEnd(vocabulary);
  let best: { ids: Uint32Array; score: number } | undefined;
  for (let from = 0; from + leastPassage <= all.length; from += longestText) {
    const start = from === 0 ? 0 : Math.max(from, all.indexOf(end, from) + 1);
    const ids = all.subarray(start, start + longestText);
    if (ids.length < leastPassage) continue;
    const symbols = vocabulary.decode(ids).split('');
    let score = 0;
    for (const { values } of featuresIn(symbols, 'char')) {
      const there = values.reduce((count, value) => count + Number(value > 0), 0);
      score += Math.min(there, symbols.length - there, 40);
    }
    if (!best || score > best.score) best = { ids, score };
  }
  return best?.ids;
}

/** The beginning of a text, up to a line end or a gap between words. */
function excerptOf(text: string): string {
  const start = text.slice(0, excerptLength);
  const line = start.lastIndexOf('\n');
  return line > excerptLength / 3 ? start.slice(0, line + 1) : start.slice(0, start.lastIndexOf(' ') + 1);
}

function lineEnd(vocabulary: Vocabulary): number {
  return vocabulary.idOf(vocabulary.level === 'char' ? '\n' : '<eos>') ?? 0;
}

function leftOut(count: number, level: Vocabulary['level']): string {
  const what = level === 'char' ? 'character' : 'word';
  return count === 1
    ? `1 ${what} that it never saw is left out.`
    : `${count} ${what}s that it never saw are left out.`;
}
