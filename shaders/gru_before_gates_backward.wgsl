// Second half of a GRU time step backward with the reset before the product: the reset gate.
//   d(rh) = dn·R_nᵀ;  dr = d(rh)∘h∘r(1-r);  d(rh)∘r goes to slot t of dh
//
// gates [T,N,3,H] holds dz|r|dn in step t, as gru_before_candidate_backward leaves it; r is overwritten by dr.
// rt [3,H,H] is R transposed: rt[gate,k,j] = R[j,gate,k]. h, dh [T+1,N,H], slot t; a masked row has dr = 0.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import gru_before_gates_backward_cell
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  masked: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

fn finish(row: u32, unit: u32, drh: f32) {
  if (row < p.batch) {
    cell(row, unit, given(row, unit), drh);
  }
}

@compute @workgroup_size(16, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let unit = id.x;
  let row = id.y * 4u;
  if (unit >= p.units || row >= p.batch) {
    return;
  }
  let slot = (p.t * p.batch * 3u + 2u) * p.units;
  let n0 = slot + row * 3u * p.units;
  let n1 = slot + min(row + 1u, p.batch - 1u) * 3u * p.units;
  let n2 = slot + min(row + 2u, p.batch - 1u) * 3u * p.units;
  let n3 = slot + min(row + 3u, p.batch - 1u) * 3u * p.units;
  var s0 = 0.0;
  var s1 = 0.0;
  var s2 = 0.0;
  var s3 = 0.0;
  for (var k = 0u; k < p.units; k++) {
    let weight = rt[(2u * p.units + k) * p.units + unit];
    s0 += gates[n0 + k] * weight;
    s1 += gates[n1 + k] * weight;
    s2 += gates[n2 + k] * weight;
    s3 += gates[n3 + k] * weight;
  }
  finish(row, unit, s0);
  finish(row + 1u, unit, s1);
  finish(row + 2u, unit, s2);
  finish(row + 3u, unit, s3);
}
