// One LSTM time step backward as in lstm_backward, by tiles through workgroup memory: first dh_t += dA_{t+1}·Rᵀ, then
//   do = dh∘tanh(c')∘o(1-o);  dc' = dc + dh∘o∘(1-tanh²(c'));  di = dc'∘g∘i(1-i);  df = dc'∘c∘f(1-f);
//   dg = dc'∘i∘(1-g²);  dc = dc'∘f
//
// gates [T,N,H] of vec4 holds the activated gates of step t, and dA of the steps after it; step t becomes dA.
// rt [H,H] of vec4 is R transposed: rt[k,j] = R[j,k]. c [T+1,N,H] holds the states.
// dh [T+1,N,H] holds the gradients that arrived from above; a masked row passes its gradient on into slot t.
// dc [N,H] is carried from step to step in place. `last` = 1 for the last step, which has no dA after it.
// Threads and workgroup memory: see shared/recurrent_tile.wgsl; a workgroup covers tile_units x tile_rows, the columns
// of a thread are units, and the product runs over 4H gates. The launcher has checked that the device allows 256 threads and 16 KiB.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import lstm_backward_cell
#import recurrent_tile
struct Params {
#import recurrent_step_params
  last: u32,
  tile_rows: u32,
  tile_units: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> c: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;
@group(0) @binding(6) var<storage, read_write> dc: array<f32>;

fn depth() -> u32 {
  return 4u * p.units;
}

fn operand(row: u32, k: u32) -> f32 {
  return gates[(lane.following + row) * p.units + k / 4u][k % 4u];
}

fn quad_weights(quad: u32, unit: u32) -> Weights {
  let last = p.units - 1u;
  let k = (lane.index * p.units + min(quad, last)) * p.units;
  let a = rt[k + min(unit, last)];
  var b = vec4<f32>();
  var c = vec4<f32>();
  var d = vec4<f32>();
  if (COLUMNS > 1u) { b = rt[k + min(unit + LANES, last)]; }
  if (COLUMNS > 2u) { c = rt[k + min(unit + 2u * LANES, last)]; }
  if (COLUMNS > 3u) { d = rt[k + min(unit + 3u * LANES, last)]; }
  return Weights(
    vec4<f32>(a.x, b.x, c.x, d.x),
    vec4<f32>(a.y, b.y, c.y, d.y),
    vec4<f32>(a.z, b.z, c.z, d.z),
    vec4<f32>(a.w, b.w, c.w, d.w),
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
  if (p.last == 0u) { products(thread, group); }
  if (first.exists) { cell(first.row, first.unit, x, sum0.x); }
  if (second.exists) { cell(second.row, second.unit, y, sum1.x); }
}
