// As lstm_backward, by tiles through workgroup memory.
//
// Threads: see shared/recurrent_tile.wgsl; the columns of a thread are units; the product runs over 4H gates.
#import lstm_backward_cell
#import recurrent_tile
struct Params {
#import recurrent_step_params
  last: u32,
  tile_rows: u32,
  tile_units: u32,
}

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

fn finish(row: u32, unit: u32, x: Given, sum: vec4<f32>) {
  cell(row, unit, x, sum.x);
}
