// How the time of a training step grows with one size while the others stay those of M.
import { ours } from './engines/names.ts';
import { reasonOf } from './measure.ts';
import type { MeasuringPlace } from './places.ts';
import { progressLine } from './progress.ts';
import type { Growth } from './results.ts';
import type { Method } from './session.ts';
import { spreadOf } from './statistics.ts';
import { resized, works } from './works.ts';

interface Axis {
  axis: Growth['axis'];
  values: readonly number[];
  /** Where the peer is measured too. */
  shared: readonly number[];
}

const peer = 'tfjs webgpu';

const axes: Readonly<Record<'software' | 'hardware', readonly Axis[]>> = {
  software: [
    { axis: 'H', values: [32, 64, 128, 256], shared: [32, 128] },
    { axis: 'N', values: [8, 16, 32, 64], shared: [8, 32] },
    { axis: 'T', values: [8, 16, 32, 64], shared: [8, 32] },
    { axis: 'V', values: [32, 64, 256, 1024], shared: [32, 256] },
  ],
  hardware: [
    { axis: 'H', values: [64, 128, 256, 512, 1024, 2048], shared: [128, 512, 2048] },
    { axis: 'N', values: [8, 16, 32, 64, 128, 256], shared: [8, 32, 128] },
    { axis: 'T', values: [8, 16, 32, 64, 128, 256], shared: [8, 32, 128] },
    { axis: 'V', values: [64, 256, 1024, 4096, 16384], shared: [64, 1024, 16384] },
  ],
};

export interface GrowthResult {
  growth: Growth[];
  omitted: string[];
}

/** How many steps are measured for the curves. */
export function growthTasks(software: boolean): number {
  return axes[software ? 'software' : 'hardware'].reduce((sum, { values }) => sum + values.length, 0);
}

/** Measures the curves in one place; the peer has fewer points, and none where `withPeer` is false. */
export async function measureGrowth(
  place: MeasuringPlace,
  method: Method,
  { software, withPeer }: { software: boolean; withPeer: boolean },
): Promise<GrowthResult> {
  const chosen = axes[software ? 'software' : 'hardware'];
  const base = works.find(({ name }) => name === 'M')!;
  const result: GrowthResult = { growth: [], omitted: [] };
  const progress = await progressLine(growthTasks(software));
  try {
    for (const { axis, values, shared } of chosen) {
      for (const value of values) {
        progress.begin(`training step of M with ${axis} ${value}`);
        const task = { work: resized(base, { [axis]: value }), cell: 'lstm', mode: 'train' } as const;
        const engines = withPeer && shared.includes(value) ? [ours, peer] : [ours];
        try {
          const reference = await place.run('reference', task);
          const request = { task, engines, reference, ...method, counted: false };
          for (const { engine, times, reason } of await place.run('pair', request)) {
            if (reason) result.omitted.push(`growth, ${axis} ${value}, ${engine}: ${reason}`);
            else result.growth.push({ axis, value, engine, milliseconds: spreadOf(times) });
          }
        } catch (error) {
          result.omitted.push(`growth, ${axis} ${value}: ${reasonOf(error)}`);
        }
        progress.done();
      }
    }
  } finally {
    progress.close();
  }
  return result;
}
