// Truncated BPTT: carried chunks are one long forward pass, and gradients stop at the chunk's edge and nowhere else.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { DataError, OptionError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { random } from '../../src/core/random.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentOptions } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { languageModel } from '../../src/models/language_model.ts';
import { sequential } from '../../src/models/sequential.ts';
import { languageTrainer } from '../../src/training/language_trainer.ts';
import { sgd } from '../../src/training/optimizers.ts';
import { seedGradient } from '../harness/gradient_check.ts';

const N = 2;
const D = 3;
const H = 4;
const T = 3;
const CHUNKS = 4;

const cells = {
  lstm: (o: RecurrentOptions) => lstm(o),
  gru: (o: RecurrentOptions) => gru(o),
  'gru, reset before': (o: RecurrentOptions) => gru({ ...o, resetAfter: false }),
  simpleRNN: (o: RecurrentOptions) => simpleRNN(o),
};

for (const [name, make] of Object.entries(cells)) {
  describe(name, () => {
    const stack = (stateful: boolean) =>
      sequential([
        make({ units: H, returnSequences: true, stateful }),
        make({ units: H, returnSequences: true, stateful }),
      ]);
    const next = random(4, name);
    const x = Float64Array.from({ length: CHUNKS * T * N * D }, () => next.normal());
    const up = Float64Array.from({ length: CHUNKS * T * N * H }, () => next.normal());

    /** Loads a training plan over `steps` steps that reads x and passes `up` back. */
    async function load(steps: number, stateful: boolean) {
      const backend = cpu({ precision: 'f64' });
      const parameters = new Parameters({ seed: 1 });
      let dx!: Tensor;
      let y!: Tensor;
      const plan = buildPlan({ name, limits: backend.limits, parameters, training: true }, (b) => {
        const input = b.input('x', [steps, N, D], { differentiable: true });
        y = stack(stateful).build(b, input);
        seedGradient(b, y, b.input('up', [steps, N, H]));
        b.backward();
        dx = b.gradOf(input)!;
      });
      const executable = await backend.load(plan);
      const run = async (first: number, upstream: Float64Array) => {
        backend.write(plan.inputs.x, x.subarray(first * N * D, (first + steps) * N * D));
        backend.write(plan.inputs.up, upstream.subarray(first * N * H, (first + steps) * N * H));
        executable.run();
        return { y: [...(await backend.read(y))], dx: [...(await backend.read(dx))] };
      };
      return { run, plan, backend };
    }

    test('carried chunks equal one long forward pass', async () => {
      const long = await (await load(CHUNKS * T, false)).run(0, up);
      const { run } = await load(T, true);
      for (let chunk = 0; chunk < CHUNKS; chunk++) {
        const { y } = await run(chunk * T, up);
        expect(y).toEqual(long.y.slice(chunk * T * N * H, (chunk + 1) * T * N * H));
      }
    });

    test('gradients stop at the edge of the chunk: each chunk has those of a pass in which later losses count nothing', async () => {
      const { run } = await load(T, true);
      const whole = await load(CHUNKS * T, false);
      for (let chunk = 0; chunk < CHUNKS; chunk++) {
        const { dx } = await run(chunk * T, up);
        // The long pass with the loss of this chunk alone: inside the chunk it must give the same gradients, ...
        const own = new Float64Array(up.length);
        own.set(up.subarray(chunk * T * N * H, (chunk + 1) * T * N * H), chunk * T * N * H);
        const long = await whole.run(0, own);
        const inside = long.dx.slice(chunk * T * N * D, (chunk + 1) * T * N * D);
        for (const [i, value] of dx.entries()) expect(value).toBeCloseTo(inside[i], 12);
        // ... while it also reaches back across the edge, where the chunk's gradients stopped.
        const before = long.dx.slice(0, chunk * T * N * D);
        if (chunk > 0) expect(Math.max(...before.map(Math.abs))).toBeGreaterThan(1e-4);
      }
    });

    test('resetting the states starts anew', async () => {
      const { run, plan, backend } = await load(T, true);
      const first = await run(0, up);
      expect((await run(0, up)).y).not.toEqual(first.y);
      for (const state of Object.values(plan.states)) backend.write(state, new Float64Array(N * H));
      expect(await run(0, up)).toEqual(first);
    });
  });
}

describe('the language trainer', () => {
  const tokens = Uint32Array.from({ length: 101 }, (_, i) => (i * i + 3 * i) % 7);
  const model = () =>
    languageModel({
      vocabularySize: 7,
      cell: 'lstm',
      layers: 1,
      units: 5,
      embedding: 4,
      dropout: 0,
      tieWeights: false,
    });

  test('reads N streams from N equally spaced offsets, in order, and wraps round at the end', async () => {
    const backend = cpu();
    const trainer = await languageTrainer({
      model: model(),
      backend,
      tokens,
      batch: 3,
      window: 4,
      optimizer: sgd({ learningRate: 0 }),
    });
    expect(trainer.stepsPerEpoch).toBe(8);
    const step = trainer.plan.steps.find((s) => s.kind === 'dispatch' && s.kernel.name === 'window');
    if (step?.kind !== 'dispatch') throw new Error('the plan cuts no windows');
    const jump = Math.floor(100 / 3);
    for (let chunk = 0; chunk < 30; chunk++) {
      await trainer.train({ steps: 1 });
      const ids = await backend.read(step.tensors.ids);
      const labels = await backend.read(step.tensors.labels);
      for (let t = 0; t < 4; t++) {
        for (let n = 0; n < 3; n++) {
          const at = (n * jump + chunk * 4 + t) % 100;
          expect(ids[t * 3 + n]).toBe(tokens[at]);
          expect(labels[t * 3 + n]).toBe(tokens[at + 1]);
        }
      }
    }
  });

  test('tells the norm of the gradient before clipping, whether it clips or not', async () => {
    const backend = cpu({ precision: 'f64' });
    const norms: number[] = [];
    for (const globalClipNorm of [0.01, undefined]) {
      const optimizer = sgd({ learningRate: 0.1, ...(globalClipNorm && { globalClipNorm }) });
      const trainer = await languageTrainer({
        model: model(),
        backend,
        tokens,
        batch: 3,
        window: 4,
        optimizer,
      });
      await trainer.train({ steps: 1 });
      const gradients = Array.from(await backend.read(trainer.parameters.gradients));
      const norm = Math.sqrt(gradients.reduce((sum, g) => sum + g * g, 0));
      expect(norm).toBeGreaterThan(0.01);
      expect(await trainer.gradientNorm()).toBeCloseTo(norm, 12);
      norms.push(norm);
      await trainer.train({ steps: 1 });
      expect(await trainer.gradientNorm()).not.toBe(norms.at(-1));
      trainer.dispose();
      backend.release(trainer.parameters.storage);
    }
    expect(norms[0]).toBe(norms[1]);
  });

  test('refuses a corpus shorter than one chunk, tokens outside the vocabulary and a model that carries nothing', async () => {
    const options = { backend: cpu(), batch: 3, window: 4, optimizer: sgd() };
    await expect(
      languageTrainer({ ...options, model: model(), tokens: tokens.subarray(0, 12) }),
    ).rejects.toThrow(DataError);
    const outside = Uint32Array.from(tokens, (id, i) => (i === 50 ? 7 : id));
    await expect(languageTrainer({ ...options, model: model(), tokens: outside })).rejects.toThrow(
      /token 50 of the text is 7, outside the vocabulary of 7/,
    );
    const forgetful = sequential([
      embedding({ inputDim: 7, outputDim: 4 }),
      lstm({ units: 5, returnSequences: true }),
      dense({ units: 7 }),
    ]);
    await expect(languageTrainer({ ...options, model: forgetful, tokens })).rejects.toThrow(OptionError);
  });
});
