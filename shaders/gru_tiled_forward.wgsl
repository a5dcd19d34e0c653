// As gru_forward, by tiles through workgroup memory.
//
// Threads: see shared/recurrent_tile.wgsl; the columns of a thread are three gates of one unit.
#import gru_forward_cell
#import recurrent_tile_rows
struct Params {
#import recurrent_step_params
  biased: u32,
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
  let at = (lane.index * p.units + min(k, last)) * 3u * p.units + min(unit, last);
  return vec4<f32>(r[at], r[at + p.units], r[at + 2u * p.units], 0.0);
}

fn finish(row: u32, unit: u32, x: Given, sum: vec4<f32>) {
  cell(row, unit, x, sum.xyz);
}
