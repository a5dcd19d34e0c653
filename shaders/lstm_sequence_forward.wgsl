// All LSTM time steps in one dispatch; each step as in lstm_forward.
//   i = s(a_i)  f = s(a_f)  g = tanh(a_g)  o = s(a_o) with a = gates + h·r;  c' = f∘c + i∘g;  h' = o∘tanh(c')
//
// gates [T,N,H] of vec4 (i,f,g,o) holds x·W + b and is overwritten by the activated gates. r [H,4H], gates of a unit
// side by side. h, c [T+1,N,H]: slot 0 is read, slots 1..T are written; a masked row keeps its state and its gates.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; a workgroup covers `rows` batch rows. c stays in
// registers. The launcher has checked that each quad of units has a thread, and `registers` against the sizes.
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
@group(0) @binding(1) var<storage, read> r: array<Stored>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;
@group(0) @binding(5) var<storage, read_write> c: array<f32>;

fn part(column: u32) -> u32 {
  return 0u;
}

fn stored(column: u32, i: u32) -> Stored {
  return r[i * COLUMNS + column];
}

struct Four {
  h: vec4<f32>,
  c: vec4<f32>,
}

fn store(at: u32, quad: Quad, value: Four) {
  h[at] = value.h.x;
  c[at] = value.c.x;
  if (quad.exists.y) {
    h[at + 1u] = value.h.y;
    c[at + 1u] = value.c.y;
  }
  if (quad.exists.z) {
    h[at + 2u] = value.h.z;
    c[at + 2u] = value.c.z;
  }
  if (quad.exists.w) {
    h[at + 3u] = value.h.w;
    c[at + 3u] = value.c.w;
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let quad = quad_of(thread, group.x, p.batch);
  let stride = p.batch * UNITS;
  // Positions of the four units in a [N,H] slot.
  let at = quad.row * UNITS + quad.units;
  var state = Four();
  if (quad.works) {
    state.h = vec4<f32>(h[at.x], h[at.y], h[at.z], h[at.w]);
    state.c = vec4<f32>(c[at.x], c[at.y], c[at.z], c[at.w]);
    put_operand(quad, 0u, state.h);
  }
  prepare(thread);
  workgroupBarrier();
  for (var t = 0u; t < p.steps; t++) {
    // Loaded before the product, which hides the latency.
    let now = t * stride + at;
    var x0 = vec4<f32>();
    var x1 = vec4<f32>();
    var x2 = vec4<f32>();
    var x3 = vec4<f32>();
    var counts = true;
    if (quad.works) {
      x0 = gates[now.x];
      x1 = gates[now.y];
      x2 = gates[now.z];
      x3 = gates[now.w];
      counts = p.masked == 0u || mask[t * p.batch + quad.row] != 0u;
    }
    products(thread, 0u, COLUMNS);
    workgroupBarrier();
    if (quad.works) {
      if (counts) {
        let column = 4u * quad.units.x;
        let i = sigmoid4(vec4<f32>(x0.x, x1.x, x2.x, x3.x) + sums4(quad.local_row, column, 4u));
        let f = sigmoid4(vec4<f32>(x0.y, x1.y, x2.y, x3.y) + sums4(quad.local_row, column + 1u, 4u));
        let g = tanh4(vec4<f32>(x0.z, x1.z, x2.z, x3.z) + sums4(quad.local_row, column + 2u, 4u));
        let o = sigmoid4(vec4<f32>(x0.w, x1.w, x2.w, x3.w) + sums4(quad.local_row, column + 3u, 4u));
        state.c = f * state.c + i * g;
        state.h = o * tanh4(state.c);
        gates[now.x] = vec4<f32>(i.x, f.x, g.x, o.x);
        if (quad.exists.y) {
          gates[now.y] = vec4<f32>(i.y, f.y, g.y, o.y);
        }
        if (quad.exists.z) {
          gates[now.z] = vec4<f32>(i.z, f.z, g.z, o.z);
        }
        if (quad.exists.w) {
          gates[now.w] = vec4<f32>(i.w, f.w, g.w, o.w);
        }
      }
      store(now.x + stride, quad, state);
      put_operand(quad, 0u, state.h);
    }
    workgroupBarrier();
  }
}
