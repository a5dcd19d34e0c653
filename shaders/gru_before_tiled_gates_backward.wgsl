// As gru_before_gates_backward, by tiles through workgroup memory.
//
// Threads: see shared/recurrent_tile.wgsl; the columns of a thread are units.
#import gru_before_gates_backward_cell
#import recurrent_tile_units
struct Params {
#import recurrent_step_params
  tile_rows: u32,
  tile_units: u32,
}

fn depth() -> u32 {
  return p.units;
}

fn operand(row: u32, k: u32) -> f32 {
  return gates[((lane.step + row) * 3u + 2u) * p.units + k];
}

fn weight(k: u32, unit: u32) -> f32 {
  return rt[((lane.index * 3u + 2u) * p.units + k) * p.units + unit];
}

fn finish(row: u32, unit: u32, x: Given, sum: vec4<f32>) {
  cell(row, unit, x, sum.x);
}
