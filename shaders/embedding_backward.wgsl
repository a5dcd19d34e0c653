// dtable[id,:] (+)= sum of dy[m,:] over the positions m of the id, in order.
//
// The positions, in the order of their ids (embedding_order), are cut into segments of equal length, whatever the ids,
// so that a frequent id is no longer a walk than a rare one. A run of one id that lies in one segment is complete and written to
// the table; the part of a run that began in the segment before goes to edges[segment,0,:], the part of one that begins
// here and goes on to edges[segment,1,:], which embedding_edges adds.
// Threads: one for each segment and column, 64 in a workgroup, in a grid of two dimensions. One thread alone writes a
// row: no atomics, a fixed order. Rows of ids that do not occur are not touched; the launcher clears them before.
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
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> edges: array<f32>;
@group(0) @binding(5) var<storage, read_write> dtable: array<f32>;

fn add_row(id: u32, col: u32, sum: f32) {
  if (id == p.padding) {
    return;
  }
  let at = id * p.size + col;
  if (p.accumulate == 1u) {
    dtable[at] += sum;
  } else {
    dtable[at] = sum;
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  let segment = i / p.size;
  let col = i % p.size;
  let first = segment * p.segment;
  if (first >= p.rows) {
    return;
  }
  let end = min(first + p.segment, p.rows);
  var id = sorted[first];
  var began_before = false;
  if (first > 0u) {
    began_before = sorted[first - 1u] == id;
  }
  var sum = 0.0;
  for (var at = first; at < end; at++) {
    let now = sorted[at];
    if (now != id) {
      if (began_before) {
        edges[2u * segment * p.size + col] = sum;
      } else {
        add_row(id, col, sum);
      }
      began_before = false;
      id = now;
      sum = 0.0;
    }
    sum += dy[order[at] * p.size + col];
  }
  var goes_on = false;
  if (end < p.rows) {
    goes_on = sorted[end] == id;
  }
  if (began_before) {
    edges[2u * segment * p.size + col] = sum;
  } else if (goes_on) {
    edges[(2u * segment + 1u) * p.size + col] = sum;
  } else {
    add_row(id, col, sum);
  }
}
