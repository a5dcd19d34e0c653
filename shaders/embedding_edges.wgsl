// dtable[id,:] (+)= the sum of an id whose positions lie in several segments, from the parts that embedding_backward
// left: edges[segment,1,:] where the run begins, and edges[segment,0,:] of those that follow, in order.
//
// Threads: one for each segment and column, 64 in a workgroup, in a grid of two dimensions; those of the segment in which
// a run begins add it up.
#import linear_index
struct Params {
  rows: u32,
  size: u32,
  padding: u32,
  accumulate: u32,
  segment: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> sorted: array<u32>;
@group(0) @binding(2) var<storage, read> edges: array<f32>;
@group(0) @binding(3) var<storage, read_write> dtable: array<f32>;

// The id at a place of the order, or no id behind its end.
fn id_at(at: u32) -> u32 {
  if (at >= p.rows) {
    return 0xffffffffu;
  }
  return sorted[at];
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  var segment = i / p.size;
  let col = i % p.size;
  let first = segment * p.segment;
  let end = first + p.segment;
  if (end >= p.rows) {
    return;
  }
  let id = id_at(end);
  if (id_at(end - 1u) != id || id == p.padding) {
    return;
  }
  if (first > 0u) {
    if (id_at(first - 1u) == id) {
      return;
    }
  }
  var sum = edges[(2u * segment + 1u) * p.size + col];
  loop {
    segment++;
    sum += edges[2u * segment * p.size + col];
    if (id_at((segment + 1u) * p.segment) != id) {
      break;
    }
  }
  let at = id * p.size + col;
  if (p.accumulate == 1u) {
    sum += dtable[at];
  }
  dtable[at] = sum;
}
