// Times candidates against each other, block by block in turns, as many at once as the device's memory is to hold.
import type { Limits } from '../core/limits.ts';
import type { Backend, Executable } from './backend.ts';
import { fill, type TrialPlan } from './trial_plans.ts';

/** Milliseconds of one block: long enough for the clock's steps to be small beside it. */
const BLOCK = { timestamps: 5, wallClock: 40 } as const;
const ROUNDS = 5;
/** A candidate whose better block of the first two takes so many times as long as the best one's is not measured again. */
const BEATEN = 1.5;
/** Steps of one plan. */
const LONGEST_PLAN = 512;

/** A candidate that is ready to be loaded and timed. */
export interface Rival extends TrialPlan {
  readonly name: string;
  /** Operations of one run of the plan. */
  readonly operations: number;
  /** What the plan takes on the device. */
  readonly bytes: number;
}

export function rivalOf(name: string, { plan, trial }: TrialPlan, operations: number): Rival {
  return { name, plan, trial, operations, bytes: plan.memory().total };
}

/** A rival on the device. */
interface Runner {
  readonly rival: Rival;
  readonly executable: Executable;
  /** Runs of the plan that fill a block. */
  readonly runs: number;
}

/** Operations in a row that fill a block of time, for a plan of one that has run already. */
export async function fillingBlock(executable: Executable, limits: Limits): Promise<number> {
  const wanted = blockOf(limits);
  // The first run has paid for what is done once.
  let one = await executable.time(1);
  if (one < wanted / 4) one = (await executable.time(4)) / 4;
  const most = Math.floor(LONGEST_PLAN / executable.plan.steps.length);
  return Math.max(1, Math.min(Math.ceil(wanted / Math.max(one, 1e-3)), most));
}

function blockOf({ timestamps }: Limits): number {
  return timestamps ? BLOCK.timestamps : BLOCK.wallClock;
}

/**
 * Microseconds of one operation by name: the median of blocks of the same length that take turns.
 *
 * Where not all fit into `budget` bytes they race in groups. The first rival stands in each of them as the yardstick:
 * where it is slower, the device was, and the times of that group are corrected by as much.
 * @returns also `stopped`, or the rival that failed, after which nothing is left on the device.
 */
export async function race(
  rivals: readonly Rival[],
  device: Pick<Backend, 'limits' | 'load' | 'write'>,
  budget: number,
  signal: AbortSignal | undefined,
): Promise<Map<string, number> | 'stopped' | { rival: Rival; error: unknown }> {
  const groups = inGroups(rivals, budget);
  const [yardstick] = rivals;
  const blocks: Map<Rival, number[]>[] = [];
  const loaded = new Map<Rival, Runner>();
  let current = yardstick;
  try {
    for (const group of groups) {
      const runners: Runner[] = [];
      for (current of group) {
        const runner = loaded.get(current) ?? (await start(current, device, loaded));
        runners.push(runner);
      }
      const turn = (rival: Rival): boolean => {
        current = rival;
        return !signal?.aborted;
      };
      const times = await takeTurns(runners, groups.length > 1 ? yardstick : undefined, turn);
      if (!times) return 'stopped';
      blocks.push(times);
      for (const { rival, executable } of runners) {
        if (rival === yardstick) continue;
        executable.dispose();
        loaded.delete(rival);
      }
    }
  } catch (error) {
    return { rival: current, error };
  } finally {
    for (const { executable } of loaded.values()) executable.dispose();
  }
  return onOneScale(blocks, yardstick);
}

/** The blocks of each runner, in microseconds of one operation; undefined when `turn`, which is told whose it is, says no. */
async function takeTurns(
  runners: readonly Runner[],
  staying: Rival | undefined,
  turn: (rival: Rival) => boolean,
): Promise<Map<Rival, number[]> | undefined> {
  const times = new Map(runners.map(({ rival }) => [rival, [] as number[]]));
  let running = runners;
  for (let round = 0; round < ROUNDS; round++) {
    for (const { rival, executable, runs } of running) {
      if (!turn(rival)) return undefined;
      const milliseconds = await executable.time(runs);
      times.get(rival)!.push((1000 * milliseconds) / (runs * rival.operations));
    }
    // One block alone may have met with something else that the machine does.
    if (round !== 1) continue;
    const quickest = ({ rival }: Runner): number => Math.min(...times.get(rival)!);
    const best = Math.min(...running.map(quickest));
    running = running.filter((r) => r.rival === staying || quickest(r) <= BEATEN * best);
    // Nobody is left to race against.
    if (running.length === 1) break;
  }
  return times;
}

async function start(
  rival: Rival,
  device: Pick<Backend, 'limits' | 'load' | 'write'>,
  loaded: Map<Rival, Runner>,
): Promise<Runner> {
  const executable = await device.load(rival.plan);
  try {
    fill(rival.trial, device);
    const run = await executable.time(1);
    const runs = Math.max(1, Math.ceil(blockOf(device.limits) / Math.max(run, 1e-3)));
    const runner = { rival, executable, runs };
    loaded.set(rival, runner);
    return runner;
  } catch (error) {
    executable.dispose();
    throw error;
  }
}

/** Groups that fit into the budget, each with the first rival and one other at least. */
function inGroups([first, ...others]: readonly Rival[], budget: number): Rival[][] {
  let group = [first];
  const groups = [group];
  let bytes = first.bytes;
  for (const rival of others) {
    if (group.length > 1 && bytes + rival.bytes > budget) {
      group = [first];
      groups.push(group);
      bytes = first.bytes;
    }
    group.push(rival);
    bytes += rival.bytes;
  }
  return groups;
}

/** The median of each rival's blocks, corrected by how the yardstick did in the same group. */
function onOneScale(groups: readonly Map<Rival, number[]>[], yardstick: Rival): Map<string, number> {
  const all = median(groups.flatMap((times) => times.get(yardstick)!));
  const found = new Map([[yardstick.name, all]]);
  for (const times of groups) {
    const here = median(times.get(yardstick)!);
    for (const [rival, blocks] of times) {
      if (rival !== yardstick) found.set(rival.name, (median(blocks) * all) / here);
    }
  }
  return found;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
