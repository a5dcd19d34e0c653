// The element a thread handles in a grid of two dimensions, as linearGrid() in src/core/kernel.ts lays it out.
fn linear_index(group: vec3<u32>, groups: vec3<u32>, thread: u32, threads: u32) -> u32 {
  return (group.y * groups.x + group.x) * threads + thread;
}
