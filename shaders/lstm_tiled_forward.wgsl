// One LSTM time step as in lstm_forward, by tiles through workgroup memory: gates a = x·W + b + h·R, then the cell.
//   i = s(a_i)  f = s(a_f)  g = tanh(a_g)  o = s(a_o);  c' = f∘c + i∘g;  h' = o∘tanh(c')
//
// gates [T,N,H] of vec4 (i,f,g,o) holds x·W + b and is overwritten by the activated gates of step t.
// r [H,H] of vec4; h, c [T+1,N,H], slot t is read, slot t+1 written; a masked row keeps its state.
// Threads and workgroup memory: see shared/recurrent_tile.wgsl; a workgroup covers tile_units x tile_rows, and the
// columns of a thread are the four gates of one unit. The launcher has checked that the device allows 256 threads and 16 KiB.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import lstm_forward_cell
#import recurrent_tile
struct Params {
#import recurrent_step_params
  tile_rows: u32,
  tile_units: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;
@group(0) @binding(5) var<storage, read_write> c: array<f32>;

fn depth() -> u32 {
  return p.units;
}

fn operand(row: u32, k: u32) -> f32 {
  return h[(lane.before + row) * p.units + k];
}

fn quad_weights(quad: u32, unit: u32) -> Weights {
  let k = 4u * quad;
  let last = p.units - 1u;
  let first = lane.index * p.units;
  let column = min(unit, last);
  return Weights(
    r[(first + min(k, last)) * p.units + column],
    r[(first + min(k + 1u, last)) * p.units + column],
    r[(first + min(k + 2u, last)) * p.units + column],
    r[(first + min(k + 3u, last)) * p.units + column],
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
  if (first.exists) { cell(first.row, first.unit, x, sum0); }
  if (second.exists) { cell(second.row, second.unit, y, sum1); }
}
