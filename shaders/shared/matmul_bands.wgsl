// Workgroups side by side walk the tiles of c in bands of eight rows, so that they find b in the cache.

/// Row and column of the tile of c that a workgroup computes.
fn tile_of(group: vec3<u32>, groups: vec3<u32>) -> vec2<u32> {
  let i = group.y * groups.x + group.x;
  let band = i / (8u * groups.x) * 8u;
  let rows = min(8u, groups.y - band);
  let rest = i - band * groups.x;
  return vec2<u32>(band + rest % rows, rest / rows) * TILE;
}
