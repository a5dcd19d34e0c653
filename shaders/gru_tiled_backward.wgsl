// As gru_backward, by tiles through workgroup memory.
// One GRU time step backward, reset after the product: first dh_t += (dz,dr,dq)_{t+1}·Rᵀ, then the cell.
//   dn = dh∘(1-z)∘(1-n²)  dz = dh∘(h-n)∘z(1-z)  dq = dn∘r  dr = dn∘q∘r(1-r);  dh∘z goes straight to slot t
//
// gates [T,N,3,H], blocks z|r|n, holds the activated gates of step t, and the gradients dz|dr|dn of the steps
// after it; step t becomes dz|dr|dn. q [T,N,H] likewise: q of step t becomes dq. h [T+1,N,H] holds the states.
// rt [3,H,H] is R transposed: rt[gate,k,j] = R[j,gate,k].
// dh [T+1,N,H] holds the gradients that arrived from above, and in slot t+1 dh∘z of step t+1 as well;
// a masked row passes its gradient on into slot t. `last` = 1 for the last step, which has no gradients after it.
// Threads and workgroup memory: see shared/recurrent_tile.wgsl; a workgroup covers tile_units x tile_rows.
// The columns of a thread are units; the product runs over 3H gates: z and r of gates, then q.
// The launcher has checked that the device allows 256 threads and 16 KiB.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import gru_backward_cell
#import recurrent_tile
#import recurrent_tile_units
struct Params {
#import recurrent_step_params
  last: u32,
  tile_rows: u32,
  tile_units: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(6) var<storage, read_write> dh: array<f32>;

fn depth() -> u32 {
  return 3u * p.units;
}

fn operand(row: u32, k: u32) -> f32 {
  let step = lane.following + row;
  if (k < 2u * p.units) {
    return gates[step * 3u * p.units + k];
  }
  return q[step * p.units + k - 2u * p.units];
}

fn weight(k: u32, unit: u32) -> f32 {
  return rt[(lane.index * 3u * p.units + k) * p.units + unit];
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  enter(group.z, p.t);
  let first = pair_of(thread, 0u, group);
  let second = pair_of(thread, 1u, group);
  var x = Given();
  var y = Given();
  if (first.exists) { x = given(first.row, first.unit); }
  if (second.exists) { y = given(second.row, second.unit); }
  if (p.last == 0u) { products(thread, group); }
  if (first.exists) { cell(first.row, first.unit, x, sum0.x); }
  if (second.exists) { cell(second.row, second.unit, y, sum1.x); }
}
