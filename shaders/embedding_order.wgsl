// Orders the positions of each block by id, and equal ids by position.
//   the rank of m = the number of positions of its block with a smaller id, or with the same id before m
//   order[first of the block + rank] = m, sorted[first of the block + rank] = the id of m
//
// Ids beyond the vocabulary count as its last one, as embedding_forward reads them.
// Threads: one a position; each compares its id with all of its block.
// No atomics: the order is the same in every run.
#import each_element
struct Params {
  rows: u32,
  vocabulary: u32,
  block: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> sorted: array<u32>;
@group(0) @binding(3) var<storage, read_write> order: array<u32>;

fn id_at(m: u32) -> u32 {
  return min(ids[m], p.vocabulary - 1u);
}

fn element_count() -> u32 {
  return p.rows;
}

fn compute_element(m: u32) {
  let id = id_at(m);
  let first = m / p.block * p.block;
  let end = min(first + p.block, p.rows);
  var rank = 0u;
  for (var i = first; i < m; i++) {
    rank += select(0u, 1u, id_at(i) <= id);
  }
  for (var i = m + 1u; i < end; i++) {
    rank += select(0u, 1u, id_at(i) < id);
  }
  order[first + rank] = m;
  sorted[first + rank] = id;
}
