// dx[s,n,c] (+)= Σ_j Σ_o dy[t,n,o]·w[j,c,o], o over the filters of c's group, for each t with t·stride + j·dilation - pad = s.
//
// dx [steps,batch,features], dy [out_steps,batch,filters], w [size,features/groups,filters]. Threads: one an element of dx,
// 64 in a workgroup, in a grid of two dimensions; no barrier.
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
  accumulate: u32,
  dy_offset: u32,
  dx_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.steps * p.batch * p.features) {
    return;
  }
  let group_filters = p.filters / p.group_count;
  let group_features = p.features / p.group_count;
  let feature = i % p.features;
  let part = feature / group_features;
  let sample = i / p.features % p.batch;
  let place = i / p.features / p.batch + p.pad;
  var sum = 0.0;
  for (var j = 0u; j < p.size; j++) {
    let past = j * p.dilation;
    if (past > place || (place - past) % p.stride != 0u) {
      continue;
    }
    let step = (place - past) / p.stride;
    if (step >= p.out_steps) {
      continue;
    }
    let dy_at = p.dy_offset + (step * p.batch + sample) * p.filters + part * group_filters;
    let w_at = (j * group_features + feature % group_features) * p.filters + part * group_filters;
    for (var o = 0u; o < group_filters; o++) {
      sum += dy[dy_at + o] * w[w_at + o];
    }
  }
  if (p.accumulate == 1u) {
    sum += dx[p.dx_offset + i];
  }
  dx[p.dx_offset + i] = sum;
}
