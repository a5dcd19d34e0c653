// Chooses where to compute, and names the adapter in use.
import type { Backend } from '../backends/backend.ts';
import { DeviceError } from '../core/errors.ts';
import type { BackendName } from './options.ts';

export interface ChosenBackend {
  backend: Backend;
  /** What a user should know: which adapter is missing, and what is used instead. */
  notice?: string;
}

/** What the launcher found out before it started this process: `hardware|software|none: name or reason`. */
const LAUNCHER_VARIABLE = 'WEBGPU_RNN_ADAPTER';

/**
 * Makes the backend of that name; `auto` is the GPU, and the CPU where there is no adapter.
 * @throws DeviceError where the GPU is asked for, by name or by REQUIRE_GPU=1, and there is none.
 */
export async function chooseBackend(name: BackendName): Promise<ChosenBackend> {
  if (name !== 'cpu') {
    const { webgpu } = await import('../backends/webgpu/webgpu.ts');
    try {
      return { backend: await webgpu() };
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      const reason = launcherReason() ?? error.message.split('. ')[0];
      if (process.env.REQUIRE_GPU === '1') {
        throw new DeviceError(`REQUIRE_GPU=1 and no GPU adapter: ${reason}`);
      }
      if (name === 'webgpu') {
        throw new DeviceError(`no GPU adapter: ${reason}; --backend cpu computes without one, slowly`);
      }
      return {
        backend: await cpuBackend(),
        notice: `no GPU adapter (${reason}): computing on the CPU, slowly`,
      };
    }
  }
  return { backend: await cpuBackend() };
}

async function cpuBackend(): Promise<Backend> {
  const { cpu } = await import('../backends/cpu.ts');
  return cpu();
}

function launcherReason(): string | undefined {
  return /^none: (.*)$/s.exec(process.env[LAUNCHER_VARIABLE] ?? '')?.[1];
}
