// dw[z,j,c,o] = Σ_t Σ_n x[t·stride + j·dilation - pad, n, c]·dy[t,n,o] over the output steps t of slice z, c within o's group.
//
// x [steps,batch,features], dy [out_steps,batch,filters], dw [slices,size,features/groups,filters]. Threads: one a weight
// and slice, 64 in a workgroup; workgroup z is the slice; no barrier.
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
  slice: u32,
  x_offset: u32,
  dy_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let group_filters = p.filters / p.group_count;
  let group_features = p.features / p.group_count;
  let weights = p.size * group_features * p.filters;
  let i = id.x;
  if (i >= weights) {
    return;
  }
  let filter_at = i % p.filters;
  let feature = i / p.filters % group_features + filter_at / group_filters * group_features;
  let past = i / p.filters / group_features * p.dilation;
  let last = min((id.z + 1u) * p.slice, p.out_steps);
  var sum = 0.0;
  for (var step = id.z * p.slice; step < last; step++) {
    let at = step * p.stride + past;
    if (at < p.pad || at - p.pad >= p.steps) {
      continue;
    }
    var x_at = p.x_offset + (at - p.pad) * p.batch * p.features + feature;
    var dy_at = p.dy_offset + step * p.batch * p.filters + filter_at;
    for (var sample = 0u; sample < p.batch; sample++) {
      sum += x[x_at] * dy[dy_at];
      x_at += p.features;
      dy_at += p.filters;
    }
  }
  dw[id.z * weights + i] = sum;
}
