// Writes text with a language model: each drawn token goes back in on the device, and is read once at the end.
import type { Backend } from '../backends/backend.ts';
import { buildPlan } from '../core/builder.ts';
import { DataError, OptionError } from '../core/errors.ts';
import { checkOptions } from '../core/options.ts';
import type { Parameters } from '../core/parameters.ts';
import { clock } from '../kernels/clock.ts';
import { type Sample, sample } from '../kernels/sample.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { inFlight } from './in_flight.ts';
import {
  buildLanguageModel,
  checkHanded,
  checkTokens,
  seedWords,
  tokenIds,
  zeroStates,
} from './language_checks.ts';
import { tunedPlan } from './tuned_plan.ts';

export interface GeneratorOptions {
  /** ids [T,N] to logits [T,N,V]; its recurrent layers carry their states (`stateful: true`). */
  model: AnyLayer;
  parameters: Parameters;
  backend: Backend;
  /** V; the model's output tells when it is left out. */
  vocabularySize?: number;
}

export interface GenerateOptions {
  /** Tokens the text begins with, at least one; they are not part of the result. */
  prime: ArrayLike<number>;
  /** Number of new tokens. */
  length: number;
  /** Divides the logits: below 1 bolder, above 1 wilder, 0 always the likeliest token; default 1. */
  temperature?: number;
  /** Draws among the k likeliest tokens only; 0 or left out for all. */
  topK?: number;
  /**
   * States to begin with, [H] each by the name of the state, such as `trainer.streamStates()` gives them; from zero
   * when left out. A young model that has seen the zero state only once writes better from a state it knows.
   */
  states?: Readonly<Record<string, ArrayLike<number>>>;
  /** The same seed gives the same text. */
  seed?: number;
  /** Stops early, with the tokens so far. */
  signal?: AbortSignal;
}

export interface Generator {
  /**
   * The new tokens, without the prime.
   * @throws DataError for an empty prime or a token outside the vocabulary; OptionError for a number out of range.
   */
  generate(options: GenerateOptions): Promise<Uint32Array>;
  dispose(): void;
}

/** Tokens kept on the device before they are read. */
const CAPACITY = 1024;

/** Builds and loads a plan of one step for one text; it shares the parameters with the training plan. */
export async function generator(options: GeneratorOptions): Promise<Generator> {
  checkHanded('generator', options, []);
  const { model, parameters, backend } = options;
  let vocabularySize = 0;
  let drawn!: Sample;
  const { plan } = await tunedPlan(backend, () =>
    buildPlan({ name: 'generate', limits: backend.limits, parameters }, (b) => {
      const token = b.state('token', [1], { dtype: 'u32' });
      const built = buildLanguageModel(b, model, b.view(token, 0, [1, 1]), options.vocabularySize);
      vocabularySize = built.vocabularySize;
      const logits = b.view(built.logits, 0, [1, built.logits.shape[2]]);
      drawn = sample(b, { logits, token, capacity: CAPACITY });
      clock(b);
    }),
  );
  const executable = await backend.load(plan);
  const queue = inFlight(executable);

  return {
    async generate(wanted) {
      checkOptions('generate', wanted, [
        'prime',
        'length',
        'temperature',
        'topK',
        'seed',
        'states',
        'signal',
      ]);
      const { length, temperature = 1, topK = 0, seed = 0, states, signal } = wanted;
      const prime = tokenIds('generate/prime', wanted.prime);
      if (prime.length === 0) throw new DataError('a text needs at least one token to begin with');
      checkTokens(prime, vocabularySize);
      checkRange('length', length, Number.isSafeInteger(length) && length >= 0, 'an integer from 0 on');
      checkRange(
        'temperature',
        temperature,
        temperature >= 0 && temperature <= 100,
        'a number from 0 to 100',
      );
      checkRange('topK', topK, Number.isSafeInteger(topK) && topK >= 0, 'an integer from 0 on');
      zeroStates(Object.values(plan.states), backend.write);
      for (const [name, values] of Object.entries(states ?? {})) {
        const state = plan.states[name];
        if (!state?.carried) throw new OptionError(`[states] the model carries no state ${name}`);
        backend.write(state, values);
      }
      backend.write(drawn.options, [temperature, topK]);
      backend.write(plan.states.clock, [0, 0, ...seedWords(seed)]);
      const text = new Uint32Array(length);
      let written = 0;
      const runs = length === 0 ? 0 : prime.length + length - 1;
      // Run r draws the token after position r; those within the prime are not wanted.
      for (let run = 0; run < runs && !signal?.aborted; run++) {
        if (run < prime.length) backend.write(drawn.token, prime.subarray(run, run + 1));
        executable.run();
        await queue.submitted();
        const done = run + 1;
        if (done % CAPACITY === 0 || done === runs || signal?.aborted) {
          const tape = await backend.read(drawn.tape);
          const first = Math.max(prime.length - 1, Math.floor(run / CAPACITY) * CAPACITY);
          for (let r = first; r < done; r++) text[written++] = tape[r % CAPACITY];
        }
      }
      await queue.drained();
      return text.subarray(0, written);
    },
    dispose: () => executable.dispose(),
  };
}

function checkRange(name: string, value: number, fits: boolean, range: string): void {
  if (!fits) throw new OptionError(`[${name}] must be ${range}, got ${value}`);
}
