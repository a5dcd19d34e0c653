// As lstm_forward, by tiles through workgroup memory.
//
// Threads: see shared/recurrent_tile.wgsl; the columns of a thread are the four gates of one unit.
#import lstm_forward_cell
#import recurrent_tile
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

fn finish(row: u32, unit: u32, x: Given, sum: vec4<f32>) {
  cell(row, unit, x, sum);
}
