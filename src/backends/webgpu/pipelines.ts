// Compiles each distinct specialisation of a kernel once a device, all of a plan in parallel.
import { DeviceError } from '../../core/errors.ts';
import { type Constants, describeBinding, type Kernel } from '../../core/kernel.ts';
import type { Dispatch } from '../../core/plan.ts';
import { sharedSources } from './shared_sources.ts';
import { specialise } from './specialise.ts';

export interface Pipelines {
  layout(kernel: Kernel): GPUBindGroupLayout;
  get(step: Dispatch): Promise<GPUComputePipeline>;
}

/** Makes the pipeline cache of a device. */
export function pipelineCache(device: GPUDevice): Pipelines {
  const layouts = new Map<Kernel, GPUBindGroupLayout>();
  const compiled = new Map<Kernel, Map<string, Promise<GPUComputePipeline>>>();

  const layout = (kernel: Kernel): GPUBindGroupLayout => {
    let known = layouts.get(kernel);
    if (!known) {
      known = device.createBindGroupLayout({ label: kernel.name, entries: layoutEntries(kernel) });
      layouts.set(kernel, known);
    }
    return known;
  };

  return {
    layout,
    get({ kernel, constants }) {
      const key = JSON.stringify(constants);
      let variants = compiled.get(kernel);
      if (!variants) {
        variants = new Map();
        compiled.set(kernel, variants);
      }
      let pipeline = variants.get(key);
      if (!pipeline) {
        pipeline = compile(device, kernel, constants, layout(kernel));
        variants.set(key, pipeline);
      }
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
    buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: paramBytes(kernel) },
  };
  return [uniform, ...storage];
}

async function compile(
  device: GPUDevice,
  kernel: Kernel,
  constants: Constants,
  layout: GPUBindGroupLayout,
): Promise<GPUComputePipeline> {
  const code = specialise(kernel.wgsl, constants, sharedSources);
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: kernel.name, code });
  const pipeline = device.createComputePipelineAsync({
    label: kernel.name,
    layout: device.createPipelineLayout({ label: kernel.name, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main' },
  });
  // Both are awaited together: a rejected pipeline must not become an unhandled rejection meanwhile.
  const [info, scope, made] = await Promise.allSettled([
    module.getCompilationInfo(),
    device.popErrorScope(),
    pipeline,
  ]);
  const messages = info.status === 'fulfilled' ? info.value.messages.filter((m) => m.type === 'error') : [];
  if (
    made.status === 'fulfilled' &&
    messages.length === 0 &&
    !(scope.status === 'fulfilled' && scope.value)
  ) {
    return made.value;
  }
  const reasons = messages.map((m) => `line ${m.lineNum}:${m.linePos} ${m.message}`);
  if (reasons.length === 0 && scope.status === 'fulfilled' && scope.value) reasons.push(scope.value.message);
  if (reasons.length === 0 && made.status === 'rejected') reasons.push(String(made.reason));
  throw new DeviceError(
    `[${kernel.name}] does not compile with ${JSON.stringify(constants)}:\n${reasons.join('\n')}\n${numbered(code)}`,
  );
}

function numbered(code: string): string {
  return code
    .split('\n')
    .map((line, i) => `${String(i + 1).padStart(4)} ${line}`)
    .join('\n');
}
