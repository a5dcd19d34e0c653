// As gru_backward, by tiles through workgroup memory.
//
// Threads: see shared/recurrent_tile.wgsl; the columns of a thread are units; the product runs over 3H gates: z and r
// of gates, then q.
#import gru_backward_cell
#import recurrent_tile_units
struct Params {
#import recurrent_step_params
  last: u32,
  tile_rows: u32,
  tile_units: u32,
}

fn depth() -> u32 {
  return 3u * p.units;
}

fn operand(row: u32, k: u32) -> f32 {
  let step = lane.following + row;
  if (k < 2u * p.units) {
    return gates[step * 3u * p.units + k];
  }
  return q[step * p.units + k - 2u * p.units];
}

fn weight(k: u32, unit: u32) -> f32 {
  return rt[(lane.index * 3u * p.units + k) * p.units + unit];
}

fn finish(row: u32, unit: u32, x: Given, sum: vec4<f32>) {
  cell(row, unit, x, sum.x);
}
