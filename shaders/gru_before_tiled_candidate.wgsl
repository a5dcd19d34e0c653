// As gru_before_candidate, by tiles through workgroup memory.
// Second half of a GRU time step with the reset before the product: the candidate n and the new state.
//   n = tanh(a_n + (r∘h)·R_n);  h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n: z is activated, n holds x·W + b and is overwritten by the candidate of step t.
// r [H,3,H]; rh [T,N,H] = r∘h as gru_before_gates leaves it. h [T+1,N,H], slot t is read, slot t+1 written;
// a masked row keeps its state.
// Threads and workgroup memory: see shared/recurrent_tile.wgsl; a workgroup covers tile_units x tile_rows.
// The columns of a thread are units.
// The launcher has checked that the device allows 256 threads and 16 KiB.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import gru_before_candidate_cell
#import recurrent_tile
#import recurrent_tile_units
struct Params {
#import recurrent_step_params
  tile_rows: u32,
  tile_units: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> rh: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> h: array<f32>;

fn depth() -> u32 {
  return p.units;
}

fn operand(row: u32, k: u32) -> f32 {
  return rh[(lane.step + row) * p.units + k];
}

fn weight(k: u32, unit: u32) -> f32 {
  return r[((lane.index * p.units + k) * 3u + 2u) * p.units + unit];
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
