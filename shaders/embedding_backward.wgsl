// dtable[id,:] (+)= sum of dy[m,:] over the positions m of the id, from the last to the first.
//
// Threads: one for each position and column, 64 in a workgroup, in a grid of two dimensions. The thread of an id's last
// position walks the links (embedding_links) and is the only one that writes the row: no atomics, a fixed order.
// Rows of ids that do not occur are not touched; the launcher clears them before.
#import linear_index
struct Params {
  rows: u32,
  size: u32,
  vocabulary: u32,
  padding: u32,
  accumulate: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> previous: array<u32>;
@group(0) @binding(3) var<storage, read> last: array<u32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> dtable: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.rows * p.size) {
    return;
  }
  var m = i / p.size;
  if (last[m] == 0u || ids[m] == p.padding) {
    return;
  }
  let col = i % p.size;
  let at = min(ids[m], p.vocabulary - 1u) * p.size + col;
  var sum = dy[i];
  var before = previous[m];
  while (before != m) {
    m = before;
    before = previous[m];
    sum += dy[m * p.size + col];
  }
  if (p.accumulate == 1u) {
    sum += dtable[at];
  }
  dtable[at] = sum;
}
