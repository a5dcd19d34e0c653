// dtable[id,:] (+)= the sum of an id whose positions lie in several segments, from the parts that embedding_backward
// left: edges[segment,1,:] where the run begins, and edges[segment,0,:] of those that follow, in order.
//
// Threads (TOGETHER): 32 segments by 8 columns in a workgroup, in a grid of two dimensions. Those of the segment in which
// a run begins add it up where it ends in these 32; of the runs that begin in them at most one, the last, goes on behind,
// and all threads of a column add that one up, every 32nd part each, and then what they have, in order.
// Else, where barriers are dear: one for each segment and column, 64 in a workgroup; those of the segment in which a run
// begins add all of it.
// Workgroup memory (TOGETHER): one sum for each thread.
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

// The id whose run begins in a segment and goes on behind it, or no id.
fn begun_in(segment: u32) -> u32 {
  let first = segment * p.segment;
  let end = first + p.segment;
  let id = id_at(end);
  if (end >= p.rows || id == p.padding) {
    return 0xffffffffu;
  }
  if (id_at(end - 1u) != id || (first > 0u && id_at(max(first, 1u) - 1u) == id)) {
    return 0xffffffffu;
  }
  return id;
}

fn add_row(id: u32, col: u32, sum: f32) {
  let at = id * p.size + col;
  if (p.accumulate == 1u) {
    dtable[at] += sum;
  } else {
    dtable[at] = sum;
  }
}

// Adds up the run that begins in a segment.
fn add_run(id: u32, begin: u32, col: u32) {
  var segment = begin;
  var sum = edges[(2u * segment + 1u) * p.size + col];
  loop {
    segment++;
    sum += edges[2u * segment * p.size + col];
    if (id_at((segment + 1u) * p.segment) != id) {
      break;
    }
  }
  add_row(id, col, sum);
}

#if TOGETHER
const LANES: u32 = 32u;
const COLUMNS: u32 = 8u;
var<workgroup> sums: array<array<f32, COLUMNS>, LANES>;

// The first place from `first` to `end` whose id is at least `bound`.
fn place_of(bound: u32, first: u32, end: u32) -> u32 {
  var low = first;
  var high = end;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (sorted[middle] < bound) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  return low;
}

@compute @workgroup_size(COLUMNS, LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let across = (p.size + COLUMNS - 1u) / COLUMNS;
  let place = linear_index(group, groups, 0u, 1u);
  let block = place / across;
  let lane = thread / COLUMNS;
  let own = thread % COLUMNS;
  let col = place % across * COLUMNS + own;
  let first = block * LANES * p.segment;
  let end = first + LANES * p.segment;
  let behind = id_at(end);

  let segment = block * LANES + lane;
  let id = begun_in(segment);
  if (id != 0xffffffffu && id != behind && col < p.size) {
    add_run(id, segment, col);
  }

  // All threads of a workgroup agree on what follows.
  if (end >= p.rows || behind == p.padding) {
    return;
  }
  if (sorted[end - 1u] != behind) {
    return;
  }
  if (first > 0u) {
    if (sorted[first - 1u] == behind) {
      return;
    }
  }
  let begin = place_of(behind, first, end) / p.segment;
  let last = (place_of(behind + 1u, end, p.rows) - 1u) / p.segment;
  var sum = 0.0;
  if (col < p.size) {
    if (lane == 0u) {
      sum = edges[(2u * begin + 1u) * p.size + col];
    }
    for (var k = begin + 1u + lane; k <= last; k += LANES) {
      sum += edges[2u * k * p.size + col];
    }
  }
  sums[lane][own] = sum;
  workgroupBarrier();
  if (lane == 0u && col < p.size) {
    sum = 0.0;
    for (var i = 0u; i < LANES; i++) {
      sum += sums[i][own];
    }
    add_row(behind, col, sum);
  }
}
#else
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  let segment = i / p.size;
  let id = begun_in(segment);
  if (id != 0xffffffffu) {
    add_run(id, segment, i % p.size);
  }
}
#endif
