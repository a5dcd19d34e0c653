// Plans that run one candidate of a choice alone, on tensors of its own with values that every candidate gets alike.
import { buildPlan } from '../core/builder.ts';
import type { Choice, Trial, TrialInput, TrialSize } from '../core/choices.ts';
import { roundToHalf } from '../core/halves.ts';
import type { Limits } from '../core/limits.ts';
import { Parameters } from '../core/parameters.ts';
import type { Plan } from '../core/plan.ts';
import { random } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import type { Backend, Executable } from './backend.ts';

export interface TrialPlan {
  readonly plan: Plan;
  readonly trial: Trial;
}

/** The plan that does the operation so many times in a row. */
export function trialPlan(
  choice: Choice,
  candidate: string,
  size: TrialSize,
  limits: Limits,
  operations = 1,
): TrialPlan {
  let trial!: Trial;
  const name = `trial of ${candidate} for ${choice.key}`;
  const plan = buildPlan({ name, limits, parameters: new Parameters() }, (b) => {
    trial = choice.trial(b, candidate, size);
    for (let i = 0; i < operations; i++) trial.emit();
  });
  return { plan, trial };
}

/** Runs a loaded trial once, and reads what it leaves. */
export async function runOnce(
  executable: Executable,
  trial: Trial,
  device: Pick<Backend, 'write' | 'read'>,
): Promise<ArrayLike<number>[]> {
  fill(trial, device);
  await executable.time(1);
  const results: ArrayLike<number>[] = [];
  for (const t of trial.outputs) results.push(await device.read(t));
  return results;
}

/** The same values for every candidate: tensors are told apart by their place in the list. */
export function fill({ inputs }: Trial, { write }: Pick<Backend, 'write'>): void {
  for (const [i, input] of inputs.entries()) {
    if (input.tensor.dtype === 'f32') write(input.tensor, normalValues(input, i));
  }
}

/** Normal values drawn once: drawing as many as a large tensor has elements would take seconds. */
const DRAWN = 65_537;
let drawn: Float32Array | undefined;

function normalValues({ tensor, scale, halves }: TrialInput, place: number): Float32Array {
  if (!drawn) {
    const next = random(1, 'trial');
    drawn = Float32Array.from({ length: DRAWN }, () => next.normal());
  }
  const values = new Float32Array(sizeOf(tensor.shape));
  let at = (place * 7919) % DRAWN;
  for (let i = 0; i < values.length; i++) {
    values[i] = halves ? roundToHalf(scale * drawn[at]) : scale * drawn[at];
    at = at + 1 === DRAWN ? 0 : at + 1;
  }
  return values;
}
