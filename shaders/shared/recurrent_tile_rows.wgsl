// The weights of a tile (see recurrent_tile.wgsl) that are loaded row by row; the kernel declares row_weights(k, unit), the
// columns of a thread at k, for which the last row stands where k is past the end.
#import recurrent_tile

fn quad_weights(quad: u32, unit: u32) -> Weights {
  let k = 4u * quad;
  return Weights(
    row_weights(k, unit),
    row_weights(k + 1u, unit),
    row_weights(k + 2u, unit),
    row_weights(k + 3u, unit),
  );
}
