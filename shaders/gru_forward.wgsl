// One GRU time step, reset after the product: gates a = x·W + b, then the recurrent product and the cell.
//   z = s(a_z + h·R_z + b_rz)  r = s(a_r + h·R_r + b_rr)  q = h·R_n + b_rn  n = tanh(a_n + r∘q)
//   h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n, holds x·W + b and is overwritten by the activated gates of step t.
// r [H,3,H]; bias [3,H] is the recurrent bias b_r, read where biased = 1. q [T,N,H] is kept for backward.
// h [T+1,N,H], slot t is read, slot t+1 written; a masked row keeps its state and leaves gates and q alone.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import gru_forward_cell
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  masked: u32,
  biased: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(6) var<storage, read_write> h: array<f32>;

fn finish(row: u32, unit: u32, hr: vec3<f32>) {
  if (row < p.batch) {
    cell(row, unit, given(row, unit), hr);
  }
}

@compute @workgroup_size(16, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let unit = id.x;
  let row = id.y * 4u;
  if (unit >= p.units || row >= p.batch) {
    return;
  }
  let slot = p.t * p.batch * p.units;
  let h0 = slot + row * p.units;
  let h1 = slot + min(row + 1u, p.batch - 1u) * p.units;
  let h2 = slot + min(row + 2u, p.batch - 1u) * p.units;
  let h3 = slot + min(row + 3u, p.batch - 1u) * p.units;
  var s0 = recurrent_bias(unit);
  var s1 = s0;
  var s2 = s0;
  var s3 = s0;
  for (var k = 0u; k < p.units; k++) {
    let column = k * 3u * p.units + unit;
    let weights = vec3<f32>(r[column], r[column + p.units], r[column + 2u * p.units]);
    s0 += h[h0 + k] * weights;
    s1 += h[h1 + k] * weights;
    s2 += h[h2 + k] * weights;
    s3 += h[h3 + k] * weights;
  }
  finish(row, unit, s0);
  finish(row + 1u, unit, s1);
  finish(row + 2u, unit, s2);
  finish(row + 3u, unit, s3);
}
