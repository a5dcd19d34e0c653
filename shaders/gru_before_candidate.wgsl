// Second half of a GRU time step with the reset before the product: the candidate n and the new state.
//   n = tanh(a_n + (r∘h)·R_n);  h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n: z is activated, n holds x·W + b and is overwritten by the candidate of step t.
// r [H,3,H]; rh [T,N,H] = r∘h as gru_before_gates leaves it. h [T+1,N,H], slot t is read, slot t+1 written;
// a masked row keeps its state.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import gru_before_candidate_cell
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  masked: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> rh: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> h: array<f32>;

fn finish(row: u32, unit: u32, product: f32) {
  if (row < p.batch) {
    cell(row, unit, given(row, unit), product);
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
  let rh0 = slot + row * p.units;
  let rh1 = slot + min(row + 1u, p.batch - 1u) * p.units;
  let rh2 = slot + min(row + 2u, p.batch - 1u) * p.units;
  let rh3 = slot + min(row + 3u, p.batch - 1u) * p.units;
  var s0 = 0.0;
  var s1 = 0.0;
  var s2 = 0.0;
  var s3 = 0.0;
  for (var k = 0u; k < p.units; k++) {
    let weight = r[(k * 3u + 2u) * p.units + unit];
    s0 += rh[rh0 + k] * weight;
    s1 += rh[rh1 + k] * weight;
    s2 += rh[rh2 + k] * weight;
    s3 += rh[rh3 + k] * weight;
  }
  finish(row, unit, s0);
  finish(row + 1u, unit, s1);
  finish(row + 2u, unit, s2);
  finish(row + 3u, unit, s3);
}
