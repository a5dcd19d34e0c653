// dx[s,n,c] (+)= Σ_j Σ_o dy[t,n,o]·w[j,c,o], o over the filters of c's group, for each t with t·stride + j·dilation - pad = s.
//
// dx [steps,batch,features], dy [out_steps,batch,filters], w [size,features/groups,filters]. Threads: one for up to
// four features of one group; no barrier.
#import conv1d_quads
#import each_element
struct Params {
#import conv1d_params
  accumulate: u32,
  dy_offset: u32,
  dx_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn element_count() -> u32 {
  return p.steps * p.batch * p.group_count * quads_of(group_features());
}

fn put(at: u32, value: f32) {
  if (p.accumulate == 1u) {
    dx[at] += value;
  } else {
    dx[at] = value;
  }
}

fn compute_element(i: u32) {
  let quad = quad_of(i, group_features());
  let sample = quad.row % p.batch;
  let place = quad.row / p.batch + p.pad;
  let filters = group_filters();
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
    let dy_at = p.dy_offset + (step * p.batch + sample) * p.filters + quad.part * filters;
    let w_at = (vec4<u32>(j * group_features()) + quad.all) * p.filters + vec4<u32>(quad.part * filters);
    for (var o = 0u; o < filters; o++) {
      sums += dy[dy_at + o] * vec4<f32>(w[w_at.x + o], w[w_at.y + o], w[w_at.z + o], w[w_at.w + o]);
    }
  }
  let at = p.dx_offset + quad.row * p.features + quad.part * group_features() + quad.first;
  put_quad(at, quad, group_features(), sums);
}
