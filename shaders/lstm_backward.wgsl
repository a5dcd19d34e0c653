// One LSTM time step backward: first dh_t += dA_{t+1}·Rᵀ, then the derivative of the cell.
//   do = dh∘tanh(c')∘o(1-o);  dc' = dc + dh∘o∘(1-tanh²(c'));  di = dc'∘g∘i(1-i);  df = dc'∘c∘f(1-f);
//   dg = dc'∘i∘(1-g²);  dc = dc'∘f
//
// gates [T,N,H] of vec4 holds the activated gates of step t, and dA of the steps after it; step t becomes dA.
// rt [H,H] of vec4 is R transposed: rt[k,j] = R[j,k]. c [T+1,N,H] holds the states.
// dh [T+1,N,H] holds the gradients that arrived from above; a masked row passes its gradient on into slot t.
// dc [N,H] is carried from step to step in place. `last` = 1 for the last step, which has no dA after it.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import lstm_backward_cell
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  masked: u32,
  last: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> c: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;
@group(0) @binding(6) var<storage, read_write> dc: array<f32>;

fn finish(row: u32, unit: u32, from_next: f32) {
  if (row < p.batch) {
    cell(row, unit, given(row, unit), from_next);
  }
}

@compute @workgroup_size(16, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let unit = id.x;
  let row = id.y * 4u;
  if (unit >= p.units || row >= p.batch) {
    return;
  }
  var s0 = 0.0;
  var s1 = 0.0;
  var s2 = 0.0;
  var s3 = 0.0;
  if (p.last == 0u) {
    let slot = (p.t + 1u) * p.batch * p.units;
    let a0 = slot + row * p.units;
    let a1 = slot + min(row + 1u, p.batch - 1u) * p.units;
    let a2 = slot + min(row + 2u, p.batch - 1u) * p.units;
    let a3 = slot + min(row + 3u, p.batch - 1u) * p.units;
    for (var k = 0u; k < p.units; k++) {
      let weights = rt[k * p.units + unit];
      s0 += dot(gates[a0 + k], weights);
      s1 += dot(gates[a1 + k], weights);
      s2 += dot(gates[a2 + k], weights);
      s3 += dot(gates[a3 + k], weights);
    }
  }
  finish(row, unit, s0);
  finish(row + 1u, unit, s1);
  finish(row + 2u, unit, s2);
  finish(row + 3u, unit, s3);
}
