// Whole models on the CPU: the loss falls, a seed decides everything, generation and evaluation share the weights.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { Vocabulary } from '../../src/data/vocabulary.ts';
import { languageModel } from '../../src/models/language_model.ts';
import { evaluator } from '../../src/training/evaluation.ts';
import { generator } from '../../src/training/generation.ts';
import { smallConfig, smallTrainer, text, trainSmall, vocabulary } from './whole_models.ts';

describe('a small language model', () => {
  for (const cell of ['lstm', 'gru', 'rnn'] as const) {
    test(`${cell}: the loss falls`, async () => {
      const { losses } = await trainSmall(cpu(), smallConfig({ cell, layers: 1 }), 60);
      expect(losses[0]).toBeGreaterThan(0.9 * Math.log(vocabulary.size));
      expect(losses.at(-1)).toBeLessThan(0.6 * losses[0]);
    });
  }

  test('the same seed gives the same bits twice, another seed gives others; with dropout as well', async () => {
    const config = smallConfig({ dropout: 0.3 });
    const first = await trainSmall(cpu(), config, 10);
    expect(await trainSmall(cpu(), config, 10)).toEqual(first);
    expect((await trainSmall(cpu(), config, 10, 2)).weights).not.toEqual(first.weights);
  });

  test('tied weights train, and share one table', async () => {
    const config = smallConfig({ layers: 1, units: 12, tieWeights: true });
    const trainer = await smallTrainer(cpu(), config);
    expect(trainer.parameters.all.map((p) => p.name)).not.toContain('dense/kernel');
    const { losses } = await trainSmall(cpu(), config, 150);
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]);
  });

  test('overfits, then writes its text and finds it unsurprising', async () => {
    const backend = cpu();
    const config = smallConfig({ layers: 1, units: 32 });
    const model = languageModel(config);
    const trainer = await smallTrainer(backend, config);
    const { parameters } = trainer;
    await trainer.train({ steps: 300 });
    const { loss } = await (await evaluator({ model, parameters, backend })).evaluate(
      vocabulary.encode(text),
    );
    expect(loss).toBeLessThan(0.25);
    const writer = await generator({ model, parameters, backend });
    const prime = vocabulary.encode('the cat ');
    const written = vocabulary.decode(await writer.generate({ prime, length: 40, temperature: 0 }));
    expect(text).toContain(`the cat ${written}`.slice(0, 40));
    const draw = (seed: number) => writer.generate({ prime, length: 60, temperature: 1.5, seed });
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
    const states = await trainer.streamStates(2);
    expect(Object.keys(states)).toEqual(['lstm/h', 'lstm/c']);
    const goOn = (more: object) => writer.generate({ prime, length: 20, temperature: 1.5, seed: 3, ...more });
    expect(await goOn({ states })).not.toEqual(await goOn({}));
    expect(await goOn({ states })).toEqual(await goOn({ states }));
    await expect(goOn({ states: { other: [1] } })).rejects.toThrow(/carries no state other/);
    await expect(writer.generate({ prime: new Uint32Array(), length: 1 })).rejects.toThrow(
      /at least one token/,
    );
    await expect(writer.generate({ prime, length: 1, temperature: -1 })).rejects.toThrow(/temperature/);
  });

  test('evaluation does not depend on the window, and reads the text as one', async () => {
    const backend = cpu({ precision: 'f64' });
    const config = smallConfig({ layers: 1 });
    const model = languageModel(config);
    const trainer = await smallTrainer(backend, config);
    await trainer.train({ steps: 5 });
    const { parameters } = trainer;
    const tokens = vocabulary.encode(text.slice(0, 100));
    const losses: number[] = [];
    for (const window of [1, 7, 99, 200]) {
      const reading = await (await evaluator({ model, parameters, backend, window })).evaluate(tokens);
      expect(reading.tokens).toBe(99);
      losses.push(reading.loss);
    }
    for (const loss of losses) expect(loss).toBeCloseTo(losses[0], 10);
    const sideBySide = await (await evaluator({ model, parameters, backend, batch: 4 })).evaluate(tokens);
    expect(sideBySide.tokens).toBe(99);
  });

  test('a text longer than the tape comes out whole', async () => {
    const backend = cpu();
    const config = smallConfig({ layers: 1, units: 4, embedding: 3 });
    const trainer = await smallTrainer(backend, config);
    const model = languageModel(config);
    const writer = await generator({ model, parameters: trainer.parameters, backend });
    const options = { prime: vocabulary.encode('the '), temperature: 1, seed: 5 };
    const long = await writer.generate({ ...options, length: 2500 });
    expect(long).toHaveLength(2500);
    expect([...(await writer.generate({ ...options, length: 1100 }))]).toEqual([...long.subarray(0, 1100)]);
  });
});

describe('words', () => {
  test('a word model reads line ends as tokens', () => {
    const words = Vocabulary.fromText('one two\none three\n', 'word');
    expect(words.tokens).toEqual(['one', 'two', '<eos>', 'three']);
    expect(words.decode(words.encode('one three\ntwo'))).toBe('one three\ntwo');
  });
});
