// The weights of a tile (see recurrent_tile.wgsl) whose columns are units LANES apart; the kernel declares weight(k, unit).
#import recurrent_tile_rows
fn row_weights(k: u32, unit: u32) -> vec4<f32> {
  let row = min(k, depth() - 1u);
  let last = p.units - 1u;
  var w = vec4<f32>(weight(row, min(unit, last)), 0.0, 0.0, 0.0);
  if (COLUMNS > 1u) { w.y = weight(row, min(unit + LANES, last)); }
  if (COLUMNS > 2u) { w.z = weight(row, min(unit + 2u * LANES, last)); }
  if (COLUMNS > 3u) { w.w = weight(row, min(unit + 3u * LANES, last)); }
  return w;
}
