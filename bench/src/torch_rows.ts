// Adds PyTorch's measurements to those of the other engines.
import fs from 'node:fs';
import path from 'node:path';
import { ours } from './engines/names.ts';
import { temporaryFolder } from './interruption.ts';
import { type EngineOutcome, reasonOf } from './measure.ts';
import type { MeasuringPlace } from './places.ts';
import type { Selected } from './selection.ts';
import { type Measured, type Method, measurementOf } from './session.ts';
import { prepared } from './tasks.ts';
import { measureTorch, type TorchTask, whyNoTorch } from './torch.ts';
import { torchFile } from './torch_weights.ts';
import { checkedWork, type Work, workOf } from './works.ts';

/**
 * Measures torch on what was selected for it, in a process beside ours, from the same weights and chunks.
 *
 * Its ratios are of medians and not of neighbouring blocks, and say so.
 * @returns what to tell, such as why there is none
 */
export async function addTorch(
  selected: readonly Selected[],
  { measurements, ratios }: Measured,
  method: Method,
  node: MeasuringPlace,
): Promise<string[]> {
  const groups = selected.filter(({ peers }) => peers.includes('torch'));
  if (groups.length === 0) return [];
  const missing = whyNoTorch();
  if (missing) {
    process.stderr.write(`${missing}\n`);
    return [missing];
  }
  const { folder, remove } = temporaryFolder('webgpu-rnn-torch-');
  try {
    const own = (group: Selected) =>
      measurements.find(
        (m) =>
          m.engine === ours &&
          m.work === group.work.name &&
          m.cell === group.cell &&
          m.mode === group.mode &&
          m.place === group.place,
      );
    const files = new Map<string, string>();
    const tasks: TorchTask[] = [];
    for (const group of groups) {
      const loss = own(group)?.milliseconds && own(group)?.firstLoss;
      tasks.push(await taskOf(group, loss, node, folder, files));
    }
    for (const measured of await measureTorch(tasks, method)) {
      const { task, times = [], ...told } = measured;
      const group = groups[task];
      const about = { work: group.work.name, cell: group.cell, mode: group.mode, place: group.place };
      const { N, T } = workOf(group.work, group.mode);
      const { checked } = tasks[task];
      const chunk = checked && { checkedChunk: { N: checked.work.N, T: checked.work.T } };
      const outcome: EngineOutcome = { ...told, times, ...chunk };
      const row = measurementOf(about, [outcome], N * T);
      measurements.push(row);
      const mine = own(group);
      if (!mine?.milliseconds || !row.milliseconds) continue;
      const over = (time: number) => time / mine.milliseconds!.median;
      const { median, low, high, runs } = row.milliseconds;
      const ratio = { median: over(median), low: over(low), high: over(high), runs };
      ratios.push({ ...about, peer: told.engine, ratio, unpaired: true });
    }
    return [];
  } catch (error) {
    return [`torch: left out, ${reasonOf(error)}`];
  } finally {
    remove();
  }
}

/** What the script is asked, with its files written; those of modes that share their data are shared. */
async function taskOf(
  { work, cell, mode }: Selected,
  loss: number | undefined,
  node: MeasuringPlace,
  folder: string,
  files: Map<string, string>,
): Promise<TorchTask> {
  const fileOf = (sized: Work): string => {
    const key = [sized.name, cell, sized.N, sized.T].join(' ');
    const file = files.get(key) ?? path.join(folder, `${files.size}.safetensors`);
    if (!files.has(key)) fs.writeFileSync(file, torchFile(prepared({ work: sized, cell, mode })));
    files.set(key, file);
    return file;
  };
  const sized = workOf(work, mode);
  const shorter = checkedWork(sized, cell);
  const isWhole = shorter.N === sized.N && shorter.T === sized.T;
  const { first } = await node.run('reference', { work: { ...sized, dropout: 0 }, cell, mode });
  return {
    work: sized,
    cell,
    mode,
    file: fileOf(sized),
    reference: first,
    checked: isWhole ? null : { work: shorter, file: fileOf(shorter) },
    whole: loss === undefined ? null : { loss, against: ours },
  };
}
