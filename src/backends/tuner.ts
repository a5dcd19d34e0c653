// Measures the candidates of a choice on a device: those that compute something else or fail are left out.
import { buildPlan } from '../core/builder.ts';
import type { Candidate, Choice, Trial, TrialInput, TrialSize } from '../core/choices.ts';
import { roundToHalf } from '../core/halves.ts';
import { Parameters } from '../core/parameters.ts';
import type { Plan } from '../core/plan.ts';
import { random } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import { againstEachOther, againstReference, disagreement } from './agreement.ts';
import type { Backend, Executable } from './backend.ts';
import { cpu } from './cpu.ts';

/** What measuring a choice found. */
export interface Measured {
  /** The fastest candidate; null where every one was left out. */
  readonly chosen: string | null;
  /** Microseconds of one operation by candidate; null for one that failed or computed something else. */
  readonly microseconds: Readonly<Record<string, number | null>>;
}

export type TunedDevice = Pick<Backend, 'limits' | 'load' | 'write' | 'read'>;

export interface MeasureOptions {
  /** Told of each candidate that is left out, and why. */
  warn?: (message: string) => void;
  /** Stops after the block in hand, with nothing found. */
  signal?: AbortSignal | undefined;
}

/** Candidates that the cost model holds for so many times slower than the best are not measured. */
const HOPELESS = 4;

/** Milliseconds of one block: long enough for the clock's steps to be small beside it. */
const BLOCK = { timestamps: 5, wallClock: 40 } as const;
const ROUNDS = 5;
/** A candidate whose better block of the first two takes so many times as long as the best one's is not measured again. */
const BEATEN = 1.5;
/** Steps of one plan, and bytes that repeating an operation may add to its plan. */
const LONGEST_PLAN = 512;
const MOST_MEMORY = 256 * 1024 * 1024;

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
 * win that most agree with. Blocks of the same length take turns, and the median counts.
 * @throws DeviceError when the device itself is lost.
 */
export async function measureChoice(
  choice: Choice,
  device: TunedDevice,
  { warn = () => {}, signal }: MeasureOptions = {},
): Promise<Measured | undefined> {
  const microseconds: Record<string, number | null> = {};
  const opinions: Opinion[] = [];
  const rivals: Rival[] = [];
  const leaveOut = (name: string, why: string): void => {
    microseconds[name] = null;
    warn(`[${choice.key}] ${name} is left out: ${why}`);
  };
  try {
    for (const { name } of promising(choice)) {
      if (signal?.aborted) return undefined;
      try {
        await checkAgainstReference(choice, name, device);
        const { rival, results } = await prepare(choice, name, device);
        rivals.push(rival);
        addOpinion(opinions, name, results);
      } catch (error) {
        // A lost device is no candidate's fault: then this throws as well.
        await (await device.load(emptyPlan(device))).dispose();
        leaveOut(name, (error as Error).message);
      }
    }
    const agreed = opinions.reduce<Opinion | undefined>(
      (most, one) => (most && most.names.length >= one.names.length ? most : one),
      undefined,
    );
    for (const { names, difference } of opinions) {
      if (names !== agreed?.names)
        for (const name of names) leaveOut(name, `the others differ, ${difference}`);
    }
    const right = rivals.filter((r) => agreed?.names.includes(r.name));
    if (!(await race(right, signal))) return undefined;
    for (const { name, blocks } of right) microseconds[name] = Number(median(blocks).toPrecision(4));
    const chosen = right.reduce<string | null>(
      (best, { name }) => (best !== null && microseconds[best]! <= microseconds[name]! ? best : name),
      null,
    );
    return { chosen, microseconds };
  } finally {
    for (const { executable } of rivals) executable.dispose();
  }
}

/** A candidate ready to be timed. */
interface Rival {
  name: string;
  executable: Executable;
  /** Operations of one run of the plan. */
  operations: number;
  /** Runs of the plan that fill a block. */
  runs: number;
  /** Microseconds of one operation, by block. */
  blocks: number[];
}

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
  const { plan, trial } = trialPlan(choice, candidate, 'check', device, 1);
  const reference = cpu({ precision: 'f64', limits: device.limits });
  const expected = await runOnce(await reference.load(plan), trial, reference);
  const executable = await device.load(plan);
  try {
    const why = firstDisagreement(await runOnce(executable, trial, device), expected, againstReference);
    if (why !== undefined) throw new Error(`it computes something else than its reference, ${why}`);
  } finally {
    executable.dispose();
    reference.dispose();
  }
}

/** Loads a candidate at its real size, takes its results, and repeats it until it fills a block of time. */
async function prepare(
  choice: Choice,
  name: string,
  device: TunedDevice,
): Promise<{ rival: Rival; results: ArrayLike<number>[] }> {
  const once = trialPlan(choice, name, 'time', device, 1);
  let executable = await device.load(once.plan);
  try {
    const results = await runOnce(executable, once.trial, device);
    const wanted = device.limits.timestamps ? BLOCK.timestamps : BLOCK.wallClock;
    // The first run has paid for what is done once.
    let one = await executable.time(1);
    if (one < wanted / 4) one = (await executable.time(4)) / 4;
    const steps = once.plan.steps.length;
    let operations = Math.max(
      1,
      Math.min(Math.ceil(wanted / Math.max(one, 1e-3)), Math.floor(LONGEST_PLAN / steps)),
    );
    if (operations > 1) {
      const many = trialPlan(choice, name, 'time', device, operations);
      if (many.plan.memory().total > once.plan.memory().total + MOST_MEMORY) operations = 1;
      else {
        executable.dispose();
        executable = await device.load(many.plan);
        fill(many.trial, device);
      }
    }
    const run = await executable.time(1);
    const runs = Math.max(1, Math.ceil(wanted / Math.max(run, 1e-3)));
    return { rival: { name, executable, operations, runs, blocks: [] }, results };
  } catch (error) {
    executable.dispose();
    throw error;
  }
}

/** Times the rivals block by block in turns; false when stopped. */
async function race(rivals: readonly Rival[], signal: AbortSignal | undefined): Promise<boolean> {
  let running = rivals;
  for (let round = 0; round < ROUNDS && running.length > 0; round++) {
    for (const rival of running) {
      if (signal?.aborted) return false;
      const milliseconds = await rival.executable.time(rival.runs);
      rival.blocks.push((1000 * milliseconds) / (rival.runs * rival.operations));
    }
    // One block alone may have met with something else that the machine does.
    if (round !== 1) continue;
    const quickest = ({ blocks }: Rival): number => Math.min(...blocks);
    const best = Math.min(...running.map(quickest));
    running = running.filter((r) => quickest(r) <= BEATEN * best);
    // Nobody is left to race against.
    if (running.length === 1) break;
  }
  return true;
}

function trialPlan(
  choice: Choice,
  candidate: string,
  size: TrialSize,
  { limits }: TunedDevice,
  operations: number,
): { plan: Plan; trial: Trial } {
  let trial!: Trial;
  const name = `trial of ${candidate} for ${choice.key}`;
  const plan = buildPlan({ name, limits, parameters: new Parameters() }, (b) => {
    trial = choice.trial(b, candidate, size);
    for (let i = 0; i < operations; i++) trial.emit();
  });
  return { plan, trial };
}

function emptyPlan({ limits }: TunedDevice): Plan {
  return buildPlan({ name: 'nothing', limits, parameters: new Parameters() }, (b) => {
    b.scratch('nothing', [1]);
  });
}

async function runOnce(
  executable: Executable,
  trial: Trial,
  device: Pick<TunedDevice, 'write' | 'read'>,
): Promise<ArrayLike<number>[]> {
  fill(trial, device);
  await executable.time(1);
  const results: ArrayLike<number>[] = [];
  for (const t of trial.outputs) results.push(await device.read(t));
  return results;
}

/** The same values for every candidate: tensors are told apart by their place in the list. */
function fill({ inputs }: Trial, { write }: Pick<TunedDevice, 'write'>): void {
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

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
