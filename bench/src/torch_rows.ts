// Adds PyTorch's measurements to those of the other engines.
import { ours } from './engines/names.ts';
import { reasonOf } from './measure.ts';
import type { Selected } from './selection.ts';
import { type Measured, type Method, measurementOf } from './session.ts';
import { measureTorch, whyNoTorch } from './torch.ts';
import { workOf } from './works.ts';

/**
 * Measures torch on what was selected for it, in a process beside ours.
 *
 * Its ratios are of medians and not of neighbouring blocks, and say so.
 * @returns what to tell, such as why there is none
 */
export async function addTorch(
  selected: readonly Selected[],
  { measurements, ratios }: Measured,
  method: Method,
): Promise<string[]> {
  const groups = selected.filter(({ peers }) => peers.includes('torch'));
  if (groups.length === 0) return [];
  const missing = whyNoTorch();
  if (missing) {
    process.stderr.write(`${missing}\n`);
    return [missing];
  }
  try {
    const tasks = groups.map(({ work, cell, mode }) => ({ work, cell, mode }));
    for (const { task, engine, times = [], firstStep, reason } of await measureTorch(tasks, method)) {
      const group = groups[task];
      const about = { work: group.work.name, cell: group.cell, mode: group.mode, place: group.place };
      const { N, T } = workOf(group.work, group.mode);
      const outcome = {
        engine,
        times,
        ...(firstStep !== undefined && { firstStep }),
        ...(reason !== undefined && { reason }),
      };
      const row = measurementOf(about, [outcome], N * T);
      measurements.push(row);
      const own = measurements.find(
        (m) =>
          m.engine === ours &&
          m.work === about.work &&
          m.cell === about.cell &&
          m.mode === about.mode &&
          m.place === about.place,
      );
      if (!own?.milliseconds || !row.milliseconds) continue;
      const over = (time: number) => time / own.milliseconds!.median;
      const { median, low, high, runs } = row.milliseconds;
      const ratio = { median: over(median), low: over(low), high: over(high), runs };
      ratios.push({ ...about, peer: engine, ratio, unpaired: true });
    }
    return [];
  } catch (error) {
    return [`torch: left out, ${reasonOf(error)}`];
  }
}
