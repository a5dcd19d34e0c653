// As gru_before_gates, by tiles through workgroup memory.
// First half of a GRU time step with the reset before the product: the gates z and r, and the reset state.
//   z = s(a_z + h·R_z)  r = s(a_r + h·R_r);  rh = r∘h
//
// gates [T,N,3,H], blocks z|r|n, holds x·W + b; blocks z and r of step t are overwritten by the activated gates.
// r [H,3,H]; h [T+1,N,H], slot t is read. rh [T,N,H]: step t is written, and is zero in a masked row,
// whose gates stay as they are. The second half is gru_before_candidate.
// Threads and workgroup memory: see shared/recurrent_tile.wgsl; a workgroup covers tile_units x tile_rows.
// The columns of a thread are gates z and r of one or two units.
// The launcher has checked that the device allows 256 threads and 16 KiB.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import gru_before_gates_cell
#import recurrent_tile
struct Params {
#import recurrent_step_params
  tile_rows: u32,
  tile_units: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> rh: array<f32>;

fn depth() -> u32 {
  return p.units;
}

fn operand(row: u32, k: u32) -> f32 {
  return h[(lane.before + row) * p.units + k];
}

fn row_weights(k: u32, unit: u32) -> vec4<f32> {
  let last = p.units - 1u;
  let row = (lane.index * p.units + min(k, last)) * 3u * p.units;
  let at = row + min(unit, last);
  var w = vec4<f32>(r[at], r[at + p.units], 0.0, 0.0);
  if (COLUMNS > 2u) {
    let other = row + min(unit + LANES, last);
    w.z = r[other];
    w.w = r[other + p.units];
  }
  return w;
}

fn quad_weights(quad: u32, unit: u32) -> Weights {
  let k = 4u * quad;
  return Weights(
    row_weights(k, unit),
    row_weights(k + 1u, unit),
    row_weights(k + 2u, unit),
    row_weights(k + 3u, unit),
  );
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
  if (first.exists) { cell(first.row, first.unit, x, sum0.xy); }
  if (second.exists) { cell(second.row, second.unit, y, sum1.xy); }
}
