// dx[s,n,c] (+)= Σ_j Σ_o dy[t,n,o]·w[j,c,o], o over the filters of c's group, for each t with t·stride + j·dilation - pad = s.
//
// dx [steps,batch,features], dy [out_steps,batch,filters], w [size,features/groups,filters]. Threads: one for up to
// four features of one group, 64 in a workgroup, in a grid of two dimensions; no barrier. Beyond the last feature of a
// group a thread reads the weights of that one again and writes nothing.
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

fn store(at: u32, sum: f32) {
  if (p.accumulate == 1u) {
    dx[at] += sum;
  } else {
    dx[at] = sum;
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let group_filters = p.filters / p.group_count;
  let group_features = p.features / p.group_count;
  let quads = (group_features + 3u) / 4u;
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.steps * p.batch * p.group_count * quads) {
    return;
  }
  let quad = i % quads * 4u;
  let part = i / quads % p.group_count;
  let row = i / quads / p.group_count;
  let sample = row % p.batch;
  let place = row / p.batch + p.pad;
  let features = min(vec4<u32>(quad) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(group_features - 1u));
  var sums = vec4<f32>(0.0);
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
    let w_at = (vec4<u32>(j * group_features) + features) * p.filters + vec4<u32>(part * group_filters);
    for (var o = 0u; o < group_filters; o++) {
      sums += dy[dy_at + o] * vec4<f32>(w[w_at.x + o], w[w_at.y + o], w[w_at.z + o], w[w_at.w + o]);
    }
  }
  let first = p.dx_offset + row * p.features + part * group_features + quad;
  store(first, sums.x);
  if (quad + 1u < group_features) {
    store(first + 1u, sums.y);
  }
  if (quad + 2u < group_features) {
    store(first + 2u, sums.z);
  }
  if (quad + 3u < group_features) {
    store(first + 3u, sums.w);
  }
}
