// Bodies of the whole-model tests, for any backend.
import type { Backend } from '../../src/backends/backend.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { Vocabulary } from '../../src/data/vocabulary.ts';
import { type LanguageModelConfig, languageModel } from '../../src/models/language_model.ts';
import { type LanguageTrainer, languageTrainer } from '../../src/training/language_trainer.ts';
import { adam } from '../../src/training/optimizers.ts';

export const text = 'the cat sat on the mat, and the dog lay on the log. '.repeat(30);
export const vocabulary = Vocabulary.fromText(text);

export function smallConfig(more: Partial<LanguageModelConfig> = {}): LanguageModelConfig {
  return {
    vocabularySize: vocabulary.size,
    cell: 'lstm',
    layers: 2,
    units: 16,
    embedding: 12,
    dropout: 0,
    tieWeights: false,
    ...more,
  };
}

/** A trainer of a small model on a small text. */
export function smallTrainer(
  backend: Backend,
  config: LanguageModelConfig,
  seed = 1,
): Promise<LanguageTrainer> {
  return languageTrainer({
    model: languageModel(config),
    parameters: new Parameters({ seed }),
    backend,
    tokens: vocabulary.encode(text),
    batch: 4,
    window: 8,
    optimizer: adam({ learningRate: 0.01, globalClipNorm: 1 }),
    seed,
  });
}

/** Trains `steps` and returns the loss of each step and the weights at the end. */
export async function trainSmall(
  backend: Backend,
  config: LanguageModelConfig,
  steps: number,
  seed = 1,
): Promise<{ losses: number[]; weights: number[] }> {
  const trainer = await smallTrainer(backend, config, seed);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    await trainer.train({ steps: 1 });
    losses.push((await trainer.readLoss()).loss);
  }
  const weights = Array.from(await backend.read(trainer.parameters.arena));
  trainer.dispose();
  backend.release([
    trainer.parameters.arena,
    trainer.parameters.gradients,
    ...trainer.parameters.slots.values(),
  ]);
  return { losses, weights };
}
