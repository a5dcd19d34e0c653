// As gru_before_gates, by tiles through workgroup memory.
//
// Threads: see shared/recurrent_tile.wgsl; the columns of a thread are gates z and r of one or two units.
#import gru_before_gates_cell
#import recurrent_tile_rows
struct Params {
#import recurrent_step_params
  tile_rows: u32,
  tile_units: u32,
}

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

fn finish(row: u32, unit: u32, x: Given, sum: vec4<f32>) {
  cell(row, unit, x, sum.xy);
}
