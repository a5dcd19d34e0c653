// dw[z,j,c,o] = Σ_t Σ_n x[t·stride + j·dilation - pad, n, c]·dy[t,n,o] over the output steps t of slice z, c within o's group.
//
// x [steps,batch,features], dy [out_steps,batch,filters], dw [slices,size,features/groups,filters]. Threads: one for the
// weights of a tap and feature for up to four filters of one group, 64 in a workgroup; workgroup z is the slice; no barrier.
#import conv1d_quads
struct Params {
#import conv1d_params
  slice: u32,
  x_offset: u32,
  dy_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

fn put(at: u32, value: f32) {
  dw[at] = value;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let features = group_features();
  if (id.x >= p.size * features * p.group_count * quads_of(group_filters())) {
    return;
  }
  let quad = quad_of(id.x, group_filters());
  let feature = quad.row % features + quad.part * features;
  let past = quad.row / features * p.dilation;
  let filters = quad.all + vec4<u32>(quad.part * group_filters());
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
  let first = (id.z * p.size * features + quad.row) * p.filters + quad.part * group_filters() + quad.first;
  put_quad(first, quad, group_filters(), sums);
}
