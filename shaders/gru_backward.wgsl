// One GRU time step backward, reset after the product: first dh_t += (dz,dr,dq)_{t+1}·Rᵀ, then the cell.
//   dn = dh∘(1-z)∘(1-n²)  dz = dh∘(h-n)∘z(1-z)  dq = dn∘r  dr = dn∘q∘r(1-r);  dh∘z goes straight to slot t
//
// gates [T,N,3,H], blocks z|r|n, holds the activated gates of step t, and the gradients dz|dr|dn of the steps
// after it; step t becomes dz|dr|dn. q [T,N,H] likewise: q of step t becomes dq. h [T+1,N,H] holds the states.
// rt [3,H,H] is R transposed: rt[gate,k,j] = R[j,gate,k].
// dh [T+1,N,H] holds the gradients that arrived from above, and in slot t+1 dh∘z of step t+1 as well;
// a masked row passes its gradient on into slot t. `last` = 1 for the last step, which has no gradients after it.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import gru_backward_cell
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
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(6) var<storage, read_write> dh: array<f32>;

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
    let slot = (p.t + 1u) * p.batch;
    let a0 = (slot + row) * p.units;
    let a1 = (slot + min(row + 1u, p.batch - 1u)) * p.units;
    let a2 = (slot + min(row + 2u, p.batch - 1u)) * p.units;
    let a3 = (slot + min(row + 3u, p.batch - 1u)) * p.units;
    let block = p.units * p.units;
    for (var k = 0u; k < p.units; k++) {
      let at = k * p.units + unit;
      let weights = vec3<f32>(rt[at], rt[block + at], rt[2u * block + at]);
      s0 += dot(vec3<f32>(gates[3u * a0 + k], gates[3u * a0 + p.units + k], q[a0 + k]), weights);
      s1 += dot(vec3<f32>(gates[3u * a1 + k], gates[3u * a1 + p.units + k], q[a1 + k]), weights);
      s2 += dot(vec3<f32>(gates[3u * a2 + k], gates[3u * a2 + p.units + k], q[a2 + k]), weights);
      s3 += dot(vec3<f32>(gates[3u * a3 + k], gates[3u * a3 + p.units + k], q[a3 + k]), weights);
    }
  }
  finish(row, unit, s0);
  finish(row + 1u, unit, s1);
  finish(row + 2u, unit, s2);
  finish(row + 3u, unit, s3);
}
