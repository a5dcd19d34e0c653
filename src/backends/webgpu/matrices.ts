// Which matrices of halves the subgroups of a device multiply; the feature is no standard, so that what it offers is tried.
import { sharedSources } from './shared_sources.ts';
import { specialise } from './specialise.ts';

const MATRICES = 'chromium-experimental-subgroup-matrix';

/** What precision f16 asks of an adapter, as far as it is there. */
export const halvesFeatures: readonly string[] = ['shader-f16', 'subgroups', MATRICES];

/** Square matrices of f16 with sums in f32. */
export interface Matrices {
  readonly side: 8 | 16;
  /** Threads of the largest subgroup. */
  readonly threads: number;
}

/** What no version of @webgpu/types knows yet. */
interface MatrixInfo {
  readonly subgroupMatrixConfigs?: Iterable<{
    readonly componentType: string;
    readonly resultComponentType: string;
    readonly M: number;
    readonly N: number;
    readonly K: number;
  }>;
}

/** The largest that the device multiplies and our shaders can use; undefined where there are none. */
export async function matricesOf(adapter: GPUAdapter, device: GPUDevice): Promise<Matrices | undefined> {
  if (!halvesFeatures.every((name) => device.features.has(name as GPUFeatureName))) return undefined;
  const info = adapter.info as GPUAdapterInfo & MatrixInfo;
  const offered = [...(info.subgroupMatrixConfigs ?? [])].filter(
    (it) => it.componentType === 'f16' && it.resultComponentType === 'f32',
  );
  const threads = info.subgroupMaxSize;
  for (const side of [16, 8] as const) {
    if (!offered.some(({ M, N, K }) => M === side && N === side && K === side)) continue;
    if (await compiles(device, side, threads)) return { side, threads };
  }
  return undefined;
}

/** Whether this version of the browser understands how our shaders write matrices. */
async function compiles(device: GPUDevice, side: number, threads: number): Promise<boolean> {
  const constants = { SIDE: side, STRIDE_A: side, STRIDE_B: side, TRANSPOSE_A: true, TRANSPOSE_B: false };
  const code = specialise(
    `#import subgroup_matrix
var<workgroup> tile_a: array<Half, SIDE * SIDE>;
var<workgroup> tile_b: array<Half, SIDE * SIDE>;
var<workgroup> staged: array<f32, SIDE * SIDE>;
@compute @workgroup_size(${threads})
fn main(@builtin(subgroup_id) subgroup: u32) {
  if (subgroup < 1u) {
    stage(0u, multiplied(left_at(0u), right_at(0u), Sums()));
  }
}
`,
    constants,
    sharedSources,
  );
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: 'subgroup matrices', code });
  const made = await device
    .createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } })
    .then(
      () => true,
      () => false,
    );
  return (await device.popErrorScope()) === null && made;
}
