// First half of a GRU time step backward with the reset before the product: candidate and update gate.
//   dh_t += (dz,dr)_{t+1}·(R_z,R_r)ᵀ;  dn = dh∘(1-z)∘(1-n²)  dz = dh∘(h-n)∘z(1-z);  dh∘z goes straight to slot t
//
// gates [T,N,3,H], blocks z|r|n, holds the activated gates of step t, and the gradients dz|dr|dn of the steps
// after it; step t becomes dz|r|dn: gru_before_gates_backward still needs r. h [T+1,N,H] holds the states.
// rt [3,H,H] is R transposed: rt[gate,k,j] = R[j,gate,k].
// dh [T+1,N,H] holds the gradients that arrived from above, and in slot t+1 what both kernels of step t+1 left;
// a masked row passes its gradient on into slot t. `last` = 1 for the last step, which has no gradients after it.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import gru_before_candidate_backward_cell
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  masked: u32,
  last: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

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
    let slot = (p.t + 1u) * p.batch * 3u * p.units;
    let a0 = slot + row * 3u * p.units;
    let a1 = slot + min(row + 1u, p.batch - 1u) * 3u * p.units;
    let a2 = slot + min(row + 2u, p.batch - 1u) * 3u * p.units;
    let a3 = slot + min(row + 3u, p.batch - 1u) * 3u * p.units;
    for (var k = 0u; k < p.units; k++) {
      let at = k * p.units + unit;
      let weights = vec2<f32>(rt[at], rt[p.units * p.units + at]);
      s0 += dot(vec2<f32>(gates[a0 + k], gates[a0 + p.units + k]), weights);
      s1 += dot(vec2<f32>(gates[a1 + k], gates[a1 + p.units + k]), weights);
      s2 += dot(vec2<f32>(gates[a2 + k], gates[a2 + p.units + k]), weights);
      s3 += dot(vec2<f32>(gates[a3 + k], gates[a3 + p.units + k]), weights);
    }
  }
  finish(row, unit, s0);
  finish(row + 1u, unit, s1);
  finish(row + 2u, unit, s2);
  finish(row + 3u, unit, s3);
}
