// PyTorch as a peer, where Python has it: a script of its own that gets the works and prints its measurements.
import { spawn, spawnSync } from 'node:child_process';
import script from '../torch/bench_torch.py?raw';
import { stoppedWithUs } from './interruption.ts';
import { torchTolerances } from './tolerances.ts';
import type { Cell, Mode, Work } from './works.ts';
import { learningRates } from './works.ts';

export interface TorchTask {
  work: Work;
  cell: Cell;
  mode: Mode;
  /** Weights and chunks (see torch_weights.ts). */
  file: string;
  /** First loss by the f64 reference: of the whole chunk, or of the shorter one in `checked`. */
  reference: number;
  checked: { work: Work; file: string } | null;
  /** First loss of the whole chunk by another engine, where `checked` is shorter. */
  whole: { loss: number; against: string } | null;
}

/** What the script prints for each task and variant. */
export interface TorchMeasurement {
  /** Index of the task. */
  task: number;
  /** `torch cpu`, `torch cuda`, `torch cuda tf32`, `torch cuda bf16`. */
  engine: string;
  /** Milliseconds a step, block by block. */
  times?: number[];
  firstStep?: number;
  firstLoss?: number;
  lossDifference?: number;
  wholeChunk?: { difference: number; against: string };
  reason?: string;
}

/** Why PyTorch cannot be measured here; undefined where it can. */
export function whyNoTorch(): string | undefined {
  const { status, error } = spawnSync('python3', ['-c', 'import torch'], { timeout: 120_000 });
  if (error) return `torch: left out, python3 cannot be started (${error.message})`;
  return status === 0
    ? undefined
    : 'torch: left out, python3 has no torch (`python3 -c "import torch"` fails); the script that measures it did not run here';
}

/**
 * Measures all tasks in one process of Python.
 * @throws Error with what Python said, when the script fails.
 */
export async function measureTorch(
  tasks: readonly TorchTask[],
  method: { warmup: number; runs: number; blockMilliseconds: number; budget: number },
): Promise<TorchMeasurement[]> {
  const child = stoppedWithUs(spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] }));
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  child.stdin.end(JSON.stringify({ tasks, method, learningRates, tolerances: torchTolerances }));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (status !== 0) throw new Error(`torch failed: ${complaints.trim().split('\n').at(-1)}`);
  return JSON.parse(output);
}
