// dw[z,j,c,o] = Σ_t Σ_n x[t·stride + j·dilation - pad, n, c]·dy[t,n,o] over the output steps t of slice z, c within o's group.
//
// x [steps,batch,features], dy [out_steps,batch,filters], dw [slices,size,features/groups,filters]. Threads: one for the
// weights of a tap and feature for up to four filters of one group, 64 in a workgroup; workgroup z is the slice; no
// barrier. Beyond the last filter of a group a thread reads that one again and writes nothing.
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
  let quads = (group_filters + 3u) / 4u;
  let i = id.x;
  if (i >= p.size * group_features * p.group_count * quads) {
    return;
  }
  let quad = i % quads * 4u;
  let part = i / quads % p.group_count;
  let row = i / quads / p.group_count;
  let feature = row % group_features + part * group_features;
  let past = row / group_features * p.dilation;
  let filters = min(vec4<u32>(quad) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(group_filters - 1u))
    + vec4<u32>(part * group_filters);
  let last = min((id.z + 1u) * p.slice, p.out_steps);
  var sums = vec4<f32>(0.0);
  for (var step = id.z * p.slice; step < last; step++) {
    let at = step * p.stride + past;
    if (at < p.pad || at - p.pad >= p.steps) {
      continue;
    }
    var x_at = p.x_offset + (at - p.pad) * p.batch * p.features + feature;
    var dy_at = vec4<u32>(p.dy_offset + step * p.batch * p.filters) + filters;
    for (var sample = 0u; sample < p.batch; sample++) {
      sums += x[x_at] * vec4<f32>(dy[dy_at.x], dy[dy_at.y], dy[dy_at.z], dy[dy_at.w]);
      x_at += p.features;
      dy_at += vec4<u32>(p.filters);
    }
  }
  let first = (id.z * p.size * group_features + row) * p.filters + part * group_filters + quad;
  dw[first] = sums.x;
  if (quad + 1u < group_filters) {
    dw[first + 1u] = sums.y;
  }
  if (quad + 2u < group_filters) {
    dw[first + 2u] = sums.z;
  }
  if (quad + 3u < group_filters) {
    dw[first + 3u] = sums.w;
  }
}
