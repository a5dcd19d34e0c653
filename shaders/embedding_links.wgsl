// Links the positions of equal ids, so that a gradient row can be summed without atomics in a fixed order.
//   previous[m] = the largest m' < m with the same id, or m itself where there is none
//   last[m] = 1 where no later position has the id, else 0
//
// Ids beyond the vocabulary count as its last one, as embedding_forward reads them.
// Threads: one a position, 64 in a workgroup, in a grid of two dimensions; both scans stop at the first hit,
// so that a position costs about min(rows, vocabulary) loads, whatever the vocabulary.
#import linear_index
struct Params {
  rows: u32,
  vocabulary: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> previous: array<u32>;
@group(0) @binding(3) var<storage, read_write> last: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let m = linear_index(group, groups, thread, 64u);
  if (m >= p.rows) {
    return;
  }
  let highest = p.vocabulary - 1u;
  let id = min(ids[m], highest);
  var link = m;
  for (var i = m; i > 0u; i--) {
    if (min(ids[i - 1u], highest) == id) {
      link = i - 1u;
      break;
    }
  }
  previous[m] = link;
  var is_last = 1u;
  for (var i = m + 1u; i < p.rows; i++) {
    if (min(ids[i], highest) == id) {
      is_last = 0u;
      break;
    }
  }
  last[m] = is_last;
}
