// All LSTM time steps backward in one dispatch, from the last; each step as in lstm_backward.
//   dh = dh[t+1] + dA[t+1]·rᵀ;  do = dh∘tanh(c')∘o(1-o);  dc' = dc + dh∘o∘(1-tanh²(c'));  di = dc'∘g∘i(1-i);
//   df = dc'∘c∘f(1-f);  dg = dc'∘i∘(1-g²);  dc = dc'∘f
//
// gates [T,N,H] of vec4 holds the activated gates and becomes dA. rt [H,4H] is R transposed by blocks of four gates:
// rt[k,4j+q] = R[j,4k+q]. c [T+1,N,H] holds the states. dh [T+1,N,H] holds the gradients from above; a masked row
// passes its gradient on into slot t. dc [N,H] is the gradient of the last c on entry, of the first on exit.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; column 4j+q sums gate q of unit j, and the four
// are added afterwards. dc stays in registers. The launcher has checked as for lstm_sequence_forward.
#import activation
#import recurrent_columns
struct Params {
  steps: u32,
  batch: u32,
  units: u32,
  masked: u32,
  rows: u32,
  registers: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<Stored>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> c: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;
@group(0) @binding(6) var<storage, read_write> dc: array<f32>;

fn part(column: u32) -> u32 {
  return column % 4u;
}

fn stored(column: u32, i: u32) -> Stored {
  return rt[i * COLUMNS + column];
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let quad = quad_of(thread, group.x, p.batch);
  let stride = p.batch * UNITS;
  let at = quad.row * UNITS + quad.units;
  var carried = vec4<f32>();
  if (quad.works) {
    carried = vec4<f32>(dc[at.x], dc[at.y], dc[at.z], dc[at.w]);
  }
  prepare(thread);
  for (var i = 0u; i < p.steps; i++) {
    // Loaded before the product, which hides the latency. In the last step the operand is zero.
    let t = p.steps - 1u - i;
    let now = t * stride + at;
    let next = now + stride;
    var x0 = vec4<f32>();
    var x1 = vec4<f32>();
    var x2 = vec4<f32>();
    var x3 = vec4<f32>();
    var before = vec4<f32>();
    var squashed = vec4<f32>();
    var dh_total = vec4<f32>();
    var counts = true;
    if (quad.works) {
      x0 = gates[now.x];
      x1 = gates[now.y];
      x2 = gates[now.z];
      x3 = gates[now.w];
      before = vec4<f32>(c[now.x], c[now.y], c[now.z], c[now.w]);
      squashed = tanh4(vec4<f32>(c[next.x], c[next.y], c[next.z], c[next.w]));
      dh_total = vec4<f32>(dh[next.x], dh[next.y], dh[next.z], dh[next.w]);
      counts = p.masked == 0u || mask[t * p.batch + quad.row] != 0u;
    }
    products(thread, 0u, COLUMNS);
    workgroupBarrier();
    if (quad.works) {
      let column = 4u * quad.units.x;
      dh_total += sums4(quad.local_row, column, 4u) + sums4(quad.local_row, column + 1u, 4u) +
        sums4(quad.local_row, column + 2u, 4u) + sums4(quad.local_row, column + 3u, 4u);
      var di = vec4<f32>();
      var df = vec4<f32>();
      var dg = vec4<f32>();
      var do_ = vec4<f32>();
      if (counts) {
        let input = vec4<f32>(x0.x, x1.x, x2.x, x3.x);
        let forget = vec4<f32>(x0.y, x1.y, x2.y, x3.y);
        let g = vec4<f32>(x0.z, x1.z, x2.z, x3.z);
        let o = vec4<f32>(x0.w, x1.w, x2.w, x3.w);
        let dstate = carried + dh_total * o * (1.0 - squashed * squashed);
        di = dstate * g * input * (1.0 - input);
        df = dstate * before * forget * (1.0 - forget);
        dg = dstate * input * (1.0 - g * g);
        do_ = dh_total * squashed * o * (1.0 - o);
        carried = dstate * forget;
      } else {
        dh[now.x] += dh_total.x;
        if (quad.exists.y) {
          dh[now.y] += dh_total.y;
        }
        if (quad.exists.z) {
          dh[now.z] += dh_total.z;
        }
        if (quad.exists.w) {
          dh[now.w] += dh_total.w;
        }
      }
      gates[now.x] = vec4<f32>(di.x, df.x, dg.x, do_.x);
      if (quad.exists.y) {
        gates[now.y] = vec4<f32>(di.y, df.y, dg.y, do_.y);
      }
      if (quad.exists.z) {
        gates[now.z] = vec4<f32>(di.z, df.z, dg.z, do_.z);
      }
      if (quad.exists.w) {
        gates[now.w] = vec4<f32>(di.w, df.w, dg.w, do_.w);
      }
      put_operand(quad, 0u, di);
      put_operand(quad, 1u, df);
      put_operand(quad, 2u, dg);
      put_operand(quad, 3u, do_);
    }
    workgroupBarrier();
  }
  if (quad.works) {
    dc[at.x] = carried.x;
    if (quad.exists.y) {
      dc[at.y] = carried.y;
    }
    if (quad.exists.z) {
      dc[at.z] = carried.z;
    }
    if (quad.exists.w) {
      dc[at.w] = carried.w;
    }
  }
}
