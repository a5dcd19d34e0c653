// The textbook's run (Deep Learning from Scratch 2, ch. 5): 1,000 words, plain RNN, SGD; its perplexity falls under 10.
import { expect, test } from 'vitest';
import { webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { Vocabulary } from '../../src/data/vocabulary.ts';
import { languageModel } from '../../src/models/language_model.ts';
import { languageTrainer } from '../../src/training/language_trainer.ts';
import { sgd } from '../../src/training/optimizers.ts';
import { sharedText } from '../harness/shared_data.ts';

test('perplexity falls from about V to under 10 in 100 epochs', { timeout: 600_000 }, async (context) => {
  const text = sharedText('corpora/wikitext2.valid.txt', "the textbook's run");
  if (text === undefined) return context.skip();
  const words = text.split(/\s+/).filter(Boolean).slice(0, 1000).join(' ');
  const vocabulary = Vocabulary.fromText(words, 'word');
  const backend = await webgpu();
  const trainer = await languageTrainer({
    model: languageModel({
      vocabularySize: vocabulary.size,
      cell: 'rnn',
      layers: 1,
      units: 100,
      embedding: 100,
      dropout: 0,
      tieWeights: false,
    }),
    backend,
    tokens: vocabulary.encode(words),
    batch: 10,
    window: 5,
    optimizer: sgd({ learningRate: 0.1 }),
    seed: 1,
  });
  const epoch = async () => {
    await trainer.train({ steps: trainer.stepsPerEpoch });
    return (await trainer.readLoss()).perplexity;
  };
  const first = await epoch();
  expect(first).toBeGreaterThan(0.4 * vocabulary.size);
  expect(first).toBeLessThan(1.1 * vocabulary.size);
  let last = first;
  for (let i = 2; i <= 100; i++) last = await epoch();
  console.info(`textbook: V = ${vocabulary.size}, perplexity ${first.toFixed(1)} -> ${last.toFixed(2)}`);
  expect(last).toBeLessThan(10);
  trainer.dispose();
  backend.dispose();
});
