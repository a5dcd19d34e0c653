// Measures the candidates of a choice on a device: those that compute something else or fail are left out.
import { buildPlan } from '../core/builder.ts';
import type { Candidate, Choice } from '../core/choices.ts';
import { Parameters } from '../core/parameters.ts';
import type { Plan } from '../core/plan.ts';
import { againstEachOther, againstReference, disagreement } from './agreement.ts';
import type { Backend } from './backend.ts';
import { cpu } from './cpu.ts';
import { fillingBlock, type Rival, race, rivalOf } from './race.ts';
import { ShaderError } from './shared.ts';
import { runOnce, trialPlan } from './trial_plans.ts';

/** What measuring a choice found. */
export interface Measured {
  /** The fastest candidate; null where every one was left out. */
  readonly chosen: string | null;
  /** Microseconds of one operation by candidate; null for one that failed or computed something else. */
  readonly microseconds: Readonly<Record<string, number | null>>;
  /** Those that failed for a reason that may pass, such as memory: not to be kept. */
  readonly transient?: readonly string[];
  /** Tells the shaders of all these candidates from others (see shader_hash.ts); absent where it is not known. */
  readonly shaders?: string;
}

export type TunedDevice = Pick<Backend, 'limits' | 'load' | 'write' | 'read'>;

export interface MeasureOptions {
  /** Told of each candidate that is left out, and why. */
  warn?: (message: string) => void;
  /** Stops after the block in hand, with nothing found. */
  signal?: AbortSignal | undefined;
  /** Bytes that trials may take on the device at once; two of them are there together in any case. */
  budget?: number;
}

/** The least budget that is worth keeping to. */
export const TRIAL_BYTES = 256 * 1024 * 1024;

/** Candidates that the cost model holds for so many times slower than the best are not measured. */
const HOPELESS = 4;

/** The candidates worth measuring, the likeliest first. */
export function promising({ candidates }: Pick<Choice, 'candidates'>): Candidate[] {
  const sorted = [...candidates].sort((a, b) => a.estimate - b.estimate);
  return sorted.filter((c) => c.estimate <= HOPELESS * sorted[0].estimate);
}

/** Whether measuring could change a choice: two promising candidates, one of which was never measured. */
export function isOpen(choice: Choice, known: Measured | undefined): boolean {
  const names = promising(choice).map((c) => c.name);
  return names.length > 1 && names.some((name) => known?.microseconds[name] === undefined);
}

/**
 * Checks the promising candidates of a choice and times those that compute the same; undefined when stopped.
 *
 * Each is compared with the CPU reference in f64 on a small shape and with the others on the real one, where those
 * win that most agree with. Then they race (see race.ts).
 * @throws DeviceError when the device itself is lost.
 */
export async function measureChoice(
  choice: Choice,
  device: TunedDevice,
  { warn = () => {}, signal, budget = TRIAL_BYTES }: MeasureOptions = {},
): Promise<Measured | undefined> {
  const microseconds: Record<string, number | null> = {};
  const transient: string[] = [];
  const opinions: Opinion[] = [];
  const checked: Rival[] = [];
  const leaveOut = (name: string, why: string): void => {
    microseconds[name] = null;
    warn(`[${choice.key}] ${name} is left out: ${why}`);
  };
  const failed = async (name: string, error: unknown): Promise<void> => {
    // A lost device is no candidate's fault: then this throws as well.
    (await device.load(emptyPlan(device))).dispose();
    leaveOut(name, (error as Error).message);
    if (!(error instanceof ShaderError || error instanceof Disagreement)) transient.push(name);
  };
  for (const { name } of promising(choice)) {
    if (signal?.aborted) return undefined;
    try {
      await checkAgainstReference(choice, name, device);
      const { rival, results } = await prepare(choice, name, device, budget);
      checked.push(rival);
      addOpinion(opinions, name, results);
    } catch (error) {
      await failed(name, error);
    }
  }
  const agreed = opinions.reduce<Opinion | undefined>(
    (most, one) => (most && most.names.length >= one.names.length ? most : one),
    undefined,
  );
  for (const { names, difference } of opinions) {
    if (names !== agreed?.names) for (const name of names) leaveOut(name, `the others differ, ${difference}`);
  }
  let right = checked.filter((r) => agreed?.names.includes(r.name));
  let room = budget;
  while (right.length > 0) {
    const outcome = await race(right, device, room, signal);
    if (outcome === 'stopped') return undefined;
    if (outcome instanceof Map) {
      for (const [name, time] of outcome) microseconds[name] = Number(time.toPrecision(4));
      break;
    }
    // There may have been too many at once.
    if (room > 0 && right.length > 2) {
      room = 0;
      continue;
    }
    const { rival, error } = outcome;
    await failed(rival.name, error);
    right = right.filter((r) => r !== rival);
  }
  const chosen = right.reduce<string | null>(
    (best, { name }) => (best !== null && microseconds[best]! <= microseconds[name]! ? best : name),
    null,
  );
  return { chosen, microseconds, ...(transient.length > 0 && { transient }) };
}

/** A candidate computes something else than its reference, and will do so tomorrow. */
class Disagreement extends Error {}

/** Candidates that leave the same values. */
interface Opinion {
  names: string[];
  results: ArrayLike<number>[];
  /** What it says otherwise than the first opinion. */
  difference: string;
}

/** Adds a candidate to those that it agrees with. */
function addOpinion(opinions: Opinion[], name: string, results: ArrayLike<number>[]): void {
  let difference = '';
  for (const opinion of opinions) {
    const why = firstDisagreement(results, opinion.results, againstEachOther);
    if (why === undefined) {
      opinion.names.push(name);
      return;
    }
    difference ||= why;
  }
  opinions.push({ names: [name], results, difference });
  if (opinions.length === 2) opinions[0].difference ||= difference;
}

function firstDisagreement(
  got: ArrayLike<number>[],
  expected: ArrayLike<number>[],
  tolerance: typeof againstReference,
): string | undefined {
  for (const [i, values] of expected.entries()) {
    const why = disagreement(got[i], values, tolerance);
    if (why !== undefined) return `output ${i}: ${why}`;
  }
  return undefined;
}

async function checkAgainstReference(choice: Choice, candidate: string, device: TunedDevice): Promise<void> {
  const { plan, trial } = trialPlan(choice, candidate, 'check', device.limits);
  const reference = cpu({ precision: 'f64', limits: device.limits });
  const expected = await runOnce(await reference.load(plan), trial, reference);
  const executable = await device.load(plan);
  try {
    const why = firstDisagreement(await runOnce(executable, trial, device), expected, againstReference);
    if (why !== undefined) throw new Disagreement(`it computes something else than its reference, ${why}`);
  } finally {
    executable.dispose();
    reference.dispose();
  }
}

/** Runs a candidate at its real size, takes its results, and finds how often a plan should repeat it. */
async function prepare(
  choice: Choice,
  name: string,
  device: TunedDevice,
  budget: number,
): Promise<{ rival: Rival; results: ArrayLike<number>[] }> {
  const once = trialPlan(choice, name, 'time', device.limits);
  const executable = await device.load(once.plan);
  try {
    const results = await runOnce(executable, once.trial, device);
    const operations = await fillingBlock(executable, device.limits);
    const many = operations > 1 ? trialPlan(choice, name, 'time', device.limits, operations) : once;
    const repeated = many.plan.memory().total <= once.plan.memory().total + budget / 4;
    return { rival: rivalOf(name, repeated ? many : once, repeated ? operations : 1), results };
  } finally {
    executable.dispose();
  }
}

function emptyPlan({ limits }: TunedDevice): Plan {
  return buildPlan({ name: 'nothing', limits, parameters: new Parameters() }, (b) => {
    b.scratch('nothing', [1]);
  });
}
