// Chooses where to compute, and names the adapter in use.
import type { Backend } from '../backends/backend.ts';
import type { TuningOptions } from '../backends/tuning.ts';
import type { Tuned } from '../core/choices.ts';
import { DeviceError } from '../core/errors.ts';
import type { BackendName } from './options.ts';

export interface ChosenBackend {
  backend: Backend;
  /** What a user should know: which adapter is missing, and what is used instead. */
  notice?: string;
}

/** How plans choose among kernels; `tuned` goes before everything measured. */
export type ChoiceOptions = TuningOptions & { tuned?: Tuned };

/** What the launcher found out before it started this process: `hardware|software|none: name or reason`. */
const LAUNCHER_VARIABLE = 'WEBGPU_RNN_ADAPTER';

/**
 * Makes the backend of that name; `auto` is the GPU, and the CPU where there is no adapter.
 * @throws DeviceError where the GPU is asked for, by name or by REQUIRE_GPU=1, and there is none.
 */
export async function chooseBackend(name: BackendName, choices: ChoiceOptions = {}): Promise<ChosenBackend> {
  if (name === 'cpu') return { backend: await cpuBackend(choices) };
  const found = await gpuBackend(choices);
  if (typeof found !== 'string') return { backend: found };
  if (process.env.REQUIRE_GPU === '1') {
    throw new DeviceError(`REQUIRE_GPU=1 and no GPU adapter: ${found}`);
  }
  if (name === 'webgpu') {
    throw new DeviceError(`no GPU adapter: ${found}; --backend cpu computes without one, slowly`);
  }
  return {
    backend: await cpuBackend(choices),
    notice: `no GPU adapter (${found}): computing on the CPU, slowly`,
  };
}

/** The GPU, or why there is none. */
async function gpuBackend({ tuned, ...tuning }: ChoiceOptions): Promise<Backend | string> {
  const known = /^none: (.*)$/s.exec(process.env[LAUNCHER_VARIABLE] ?? '')?.[1];
  if (known !== undefined) return known;
  const { webgpu } = await import('../backends/webgpu/webgpu.ts');
  try {
    return await webgpu({ ...tuning, ...(tuned && { limits: { tuned } }) });
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    // The ways out that a library's user is told are not those of the command line.
    return error.message.split('. ')[0];
  }
}

async function cpuBackend({ tuned }: ChoiceOptions): Promise<Backend> {
  const { cpu } = await import('../backends/cpu.ts');
  return cpu(tuned && { limits: { tuned } });
}
