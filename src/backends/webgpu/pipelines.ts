// Compiles each distinct specialisation of a kernel once a device, all of a plan in parallel.
import { DeviceError } from '../../core/errors.ts';
import { type Constants, describeBinding, type Kernel } from '../../core/kernel.ts';
import type { Dispatch } from '../../core/plan.ts';
import { ShaderError } from '../shared.ts';
import { slowPolling } from './node_wait.ts';
import { sharedSources } from './shared_sources.ts';
import { specialise } from './specialise.ts';

export interface Pipelines {
  /** The layout of a kernel's one bind group; kernels that bind alike share it. */
  layout(kernel: Kernel): GPUBindGroupLayout;
  /**
   * Compiles whatever these steps need, everything at once.
   * @throws ShaderError for a shader that does not compile, with its source; DeviceError where the driver failed, for
   * want of memory perhaps: both are tried again when they are asked for again.
   */
  compile(steps: Iterable<Dispatch>): Promise<void>;
  /** The pipeline of a step that has been compiled. */
  get(step: Dispatch): GPUComputePipeline;
}

interface Layout {
  group: GPUBindGroupLayout;
  pipeline: GPUPipelineLayout;
}

/** A pipeline, or the promise of one that is being compiled. */
interface Compiled {
  done: Promise<void>;
  pipeline?: GPUComputePipeline;
  failed?: true;
}

/** Makes the pipeline cache of a device. */
export function pipelineCache(device: GPUDevice): Pipelines {
  const layouts = new Map<string, Layout>();
  const layoutsByKernel = new Map<Kernel, Layout>();
  const variants = new Map<Kernel, Map<string, Compiled>>();
  /** By source: two kernels, or two sets of constants, may specialise to the same. */
  const bySource = new Map<string, Compiled>();

  const layoutOf = (kernel: Kernel): Layout => {
    let known = layoutsByKernel.get(kernel);
    if (known) return known;
    const entries = layoutEntries(kernel);
    const key = JSON.stringify(entries);
    known = layouts.get(key);
    if (!known) {
      const group = device.createBindGroupLayout({ label: kernel.name, entries });
      known = { group, pipeline: device.createPipelineLayout({ bindGroupLayouts: [group] }) };
      layouts.set(key, known);
    }
    layoutsByKernel.set(kernel, known);
    return known;
  };

  const variantOf = ({ kernel, constants }: Dispatch): Compiled => {
    let known = variants.get(kernel);
    if (!known) {
      known = new Map();
      variants.set(kernel, known);
    }
    const key = JSON.stringify(constants);
    let compiled = known.get(key);
    if (!compiled || compiled.failed) {
      const layout = layoutOf(kernel);
      const code = specialise(kernel.wgsl, constants, sharedSources);
      const source = `${JSON.stringify(layoutEntries(kernel))}\n${code}`;
      compiled = bySource.get(source);
      if (!compiled || compiled.failed) {
        compiled = compile(device, kernel, constants, code, layout.pipeline);
        bySource.set(source, compiled);
      }
      known.set(key, compiled);
    }
    return compiled;
  };

  return {
    layout: (kernel) => layoutOf(kernel).group,
    async compile(steps) {
      const pending = new Set<Promise<void>>();
      for (const step of steps) pending.add(variantOf(step).done);
      // The binding polls while it compiles, on a core that the compiler could use.
      await slowPolling(() => Promise.all(pending));
    },
    get(step) {
      const { pipeline } = variantOf(step);
      if (!pipeline) throw new DeviceError(`[${step.kernel.name}] has not been compiled`);
      return pipeline;
    },
  };
}

/** Bytes of a kernel's Params struct. */
export function paramBytes(kernel: Kernel): number {
  return 4 * Object.keys(kernel.params).length;
}

function layoutEntries(kernel: Kernel): GPUBindGroupLayoutEntry[] {
  const storage = Object.values(kernel.bindings).map((binding, i): GPUBindGroupLayoutEntry => {
    const type = describeBinding(binding).access === 'read' ? 'read-only-storage' : 'storage';
    return { binding: i + 1, visibility: GPUShaderStage.COMPUTE, buffer: { type } };
  });
  if (paramBytes(kernel) === 0) return storage;
  const uniform: GPUBindGroupLayoutEntry = {
    binding: 0,
    visibility: GPUShaderStage.COMPUTE,
    buffer: { type: 'uniform', minBindingSize: paramBytes(kernel) },
  };
  return [uniform, ...storage];
}

/** Starts compiling; what goes wrong is told when `done` is awaited. */
function compile(
  device: GPUDevice,
  kernel: Kernel,
  constants: Constants,
  code: string,
  layout: GPUPipelineLayout,
): Compiled {
  // The scope keeps the errors of a bad shader from the device's own listener; the pipeline is rejected for them too.
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: kernel.name, code });
  const pipeline = device.createComputePipelineAsync({
    label: kernel.name,
    layout,
    compute: { module, entryPoint: 'main' },
  });
  const scope = device.popErrorScope();
  const compiled: Compiled = {
    done: Promise.allSettled([pipeline, scope]).then(async ([made, error]) => {
      const reason = error.status === 'fulfilled' ? error.value?.message : undefined;
      if (made.status === 'fulfilled' && reason === undefined) {
        compiled.pipeline = made.value;
        return;
      }
      compiled.failed = true;
      // Asked for only now: one answer for each shader would be waited for at every load.
      const { messages } = await module.getCompilationInfo().catch(() => ({ messages: [] }));
      const reasons = messages
        .filter((m) => m.type === 'error')
        .map((m) => `line ${m.lineNum}:${m.linePos} ${m.message}`);
      const refused = reason !== undefined || reasons.length > 0 || isInvalid(made);
      if (reasons.length === 0) reasons.push(reason ?? String((made as PromiseRejectedResult).reason));
      throw new (refused ? ShaderError : DeviceError)(
        `[${kernel.name}] does not compile with ${JSON.stringify(constants)}:\n${reasons.join('\n')}\n${numbered(code)}`,
      );
    }),
  };
  // Awaited by `compile` above, of which the first failure is told.
  compiled.done.catch(() => {});
  return compiled;
}

/** Whether a pipeline was refused for what it is, and not for what the driver could not do. */
function isInvalid(made: PromiseSettledResult<GPUComputePipeline>): boolean {
  return made.status === 'rejected' && (made.reason as GPUPipelineError | undefined)?.reason === 'validation';
}

function numbered(code: string): string {
  return code
    .split('\n')
    .map((line, i) => `${String(i + 1).padStart(4)} ${line}`)
    .join('\n');
}
