// Merges the ordered blocks of embedding_order into one order, in which equal ids follow each other by position.
//   the rank of a place = its rank in its block, and for each other block the number of ids that come before:
//   those up to its own in blocks before, those below its own in blocks after it
//
// Threads: one a place; each looks its id up in every block by halving.
#import each_element
struct Params {
  rows: u32,
  block: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> sorted: array<u32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read_write> merged: array<u32>;
@group(0) @binding(4) var<storage, read_write> merged_order: array<u32>;

// How many ids of the block that begins at `first` are below `bound`.
fn count_below(first: u32, bound: u32) -> u32 {
  var low = first;
  var high = min(first + p.block, p.rows);
  while (low < high) {
    let middle = (low + high) / 2u;
    if (sorted[middle] < bound) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  return low - first;
}

fn element_count() -> u32 {
  return p.rows;
}

fn compute_element(at: u32) {
  let id = sorted[at];
  let own = at / p.block * p.block;
  var rank = at - own;
  for (var first = 0u; first < own; first += p.block) {
    rank += count_below(first, id + 1u);
  }
  for (var first = own + p.block; first < p.rows; first += p.block) {
    rank += count_below(first, id);
  }
  merged[rank] = id;
  merged_order[rank] = order[at];
}
