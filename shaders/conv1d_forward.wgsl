// y[t,n,o] = Σ_j Σ_c x[t·stride + j·dilation - pad, n, c]·w[j,c,o] + bias[o], c over the features of o's group; steps
// outside of x count as zeros.
//
// x [steps,batch,features], w [size,features/groups,filters], bias [filters] where biased is 1, y [out_steps,batch,filters].
// Threads: one for up to four filters of one group, 64 in a workgroup, in a grid of two dimensions; no barrier. Beyond the
// last filter of a group a thread reads that one again and writes nothing.
#import linear_index
struct Params {
  steps: u32,
  out_steps: u32,
  batch: u32,
  features: u32,
  filters: u32,
  size: u32,
  stride: u32,
  dilation: u32,
  pad: u32,
  group_count: u32,
  biased: u32,
  x_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let group_filters = p.filters / p.group_count;
  let group_features = p.features / p.group_count;
  let quads = (group_filters + 3u) / 4u;
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.out_steps * p.batch * p.group_count * quads) {
    return;
  }
  let quad = i % quads * 4u;
  let part = i / quads % p.group_count;
  let row = i / quads / p.group_count;
  let sample = row % p.batch;
  let start = row / p.batch * p.stride;
  let filters = min(vec4<u32>(quad) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(group_filters - 1u))
    + vec4<u32>(part * group_filters);
  var sums = vec4<f32>(0.0);
  if (p.biased == 1u) {
    sums = vec4<f32>(bias[filters.x], bias[filters.y], bias[filters.z], bias[filters.w]);
  }
  for (var j = 0u; j < p.size; j++) {
    let at = start + j * p.dilation;
    if (at < p.pad || at - p.pad >= p.steps) {
      continue;
    }
    let x_at = p.x_offset + ((at - p.pad) * p.batch + sample) * p.features + part * group_features;
    for (var c = 0u; c < group_features; c++) {
      let w_at = vec4<u32>((j * group_features + c) * p.filters) + filters;
      sums += x[x_at + c] * vec4<f32>(w[w_at.x], w[w_at.y], w[w_at.z], w[w_at.w]);
    }
  }
  let y_at = row * p.filters + part * group_filters + quad;
  y[y_at] = sums.x;
  if (quad + 1u < group_filters) {
    y[y_at + 1u] = sums.y;
  }
  if (quad + 2u < group_filters) {
    y[y_at + 2u] = sums.z;
  }
  if (quad + 3u < group_filters) {
    y[y_at + 3u] = sums.w;
  }
}
