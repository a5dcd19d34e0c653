// y[t,n,o] = Σ_j Σ_c x[t·stride + j·dilation - pad, n, c]·w[j,c,o] + bias[o], c over the features of o's group; steps
// outside of x count as zeros.
//
// x [steps,batch,features], w [size,features/groups,filters], bias [filters] where biased is 1, y [out_steps,batch,filters].
// Threads: one for up to four filters of one group; no barrier.
#import conv1d_quads
#import each_element
struct Params {
#import conv1d_params
  biased: u32,
  x_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn element_count() -> u32 {
  return p.out_steps * p.batch * p.group_count * quads_of(group_filters());
}

fn put(at: u32, value: f32) {
  y[at] = value;
}

fn compute_element(i: u32) {
  let quad = quad_of(i, group_filters());
  let sample = quad.row % p.batch;
  let start = quad.row / p.batch * p.stride;
  let filters = quad.all + vec4<u32>(quad.part * group_filters());
  var sums = vec4<f32>(0.0);
  if (p.biased == 1u) {
    sums = vec4<f32>(bias[filters.x], bias[filters.y], bias[filters.z], bias[filters.w]);
  }
  let features = group_features();
  for (var j = 0u; j < p.size; j++) {
    let at = start + j * p.dilation;
    if (at < p.pad || at - p.pad >= p.steps) {
      continue;
    }
    let x_at = p.x_offset + ((at - p.pad) * p.batch + sample) * p.features + quad.part * features;
    for (var c = 0u; c < features; c++) {
      let w_at = vec4<u32>((j * features + c) * p.filters) + filters;
      sums += x[x_at + c] * vec4<f32>(w[w_at.x], w[w_at.y], w[w_at.z], w[w_at.w]);
    }
  }
  put_quad(quad.row * p.filters + quad.part * group_filters() + quad.first, quad, group_filters(), sums);
}
