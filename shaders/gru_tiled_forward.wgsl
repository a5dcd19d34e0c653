// As gru_forward, by tiles through workgroup memory.
// One GRU time step, reset after the product: gates a = x·W + b, then the recurrent product and the cell.
//   z = s(a_z + h·R_z + b_rz)  r = s(a_r + h·R_r + b_rr)  q = h·R_n + b_rn  n = tanh(a_n + r∘q)
//   h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n, holds x·W + b and is overwritten by the activated gates of step t.
// r [H,3,H]; bias [3,H] is the recurrent bias b_r, read where biased = 1. q [T,N,H] is kept for backward.
// h [T+1,N,H], slot t is read, slot t+1 written; a masked row keeps its state and leaves gates and q alone.
// Threads and workgroup memory: see shared/recurrent_tile.wgsl; a workgroup covers tile_units x tile_rows.
// The columns of a thread are three gates of one unit.
// The launcher has checked that the device allows 256 threads and 16 KiB.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import gru_forward_cell
#import recurrent_tile
struct Params {
#import recurrent_step_params
  biased: u32,
  tile_rows: u32,
  tile_units: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(6) var<storage, read_write> h: array<f32>;

fn depth() -> u32 {
  return p.units;
}

fn operand(row: u32, k: u32) -> f32 {
  return h[(lane.before + row) * p.units + k];
}

fn row_weights(k: u32, unit: u32) -> vec4<f32> {
  let last = p.units - 1u;
  let at = (lane.index * p.units + min(k, last)) * 3u * p.units + min(unit, last);
  return vec4<f32>(r[at], r[at + p.units], r[at + 2u * p.units], 0.0);
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
  var bias_x = vec3<f32>();
  var bias_y = vec3<f32>();
  if (first.exists) {
    x = given(first.row, first.unit);
    bias_x = recurrent_bias(first.unit);
  }
  if (second.exists) {
    y = given(second.row, second.unit);
    bias_y = recurrent_bias(second.unit);
  }
  products(thread, group);
  if (first.exists) { cell(first.row, first.unit, x, sum0.xyz + bias_x); }
  if (second.exists) { cell(second.row, second.unit, y, sum1.xyz + bias_y); }
}
