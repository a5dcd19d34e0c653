// As gru_before_gates_backward, by tiles through workgroup memory.
// Second half of a GRU time step backward with the reset before the product: the reset gate.
//   d(rh) = dn·R_nᵀ;  dr = d(rh)∘h∘r(1-r);  d(rh)∘r goes to slot t of dh
//
// gates [T,N,3,H] holds dz|r|dn in step t, as gru_before_candidate_backward leaves it; r is overwritten by dr.
// rt [3,H,H] is R transposed: rt[gate,k,j] = R[j,gate,k]. h, dh [T+1,N,H], slot t; a masked row has dr = 0.
// Threads and workgroup memory: see shared/recurrent_tile.wgsl; a workgroup covers tile_units x tile_rows.
// The columns of a thread are units.
// The launcher has checked that the device allows 256 threads and 16 KiB.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import gru_before_gates_backward_cell
#import recurrent_tile
#import recurrent_tile_units
struct Params {
#import recurrent_step_params
  tile_rows: u32,
  tile_units: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

fn depth() -> u32 {
  return p.units;
}

fn operand(row: u32, k: u32) -> f32 {
  return gates[((lane.step + row) * 3u + 2u) * p.units + k];
}

fn weight(k: u32, unit: u32) -> f32 {
  return rt[((lane.index * 3u + 2u) * p.units + k) * p.units + unit];
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
  products(thread, group);
  if (first.exists) { cell(first.row, first.unit, x, sum0.x); }
  if (second.exists) { cell(second.row, second.unit, y, sum1.x); }
}
