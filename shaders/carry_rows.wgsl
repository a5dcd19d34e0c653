// Where mask [T,N] is 0 in step t: slot `target_slot` of a sequence (+)= slot `source_slot`, row by row.
//
// sequence [slots,N,cols].
// Threads: one an element.
#import each_element
struct Params {
  t: u32,
  batch: u32,
  cols: u32,
  source_slot: u32,
  target_slot: u32,
  accumulate: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read_write> sequence: array<f32>;

fn element_count() -> u32 {
  return p.batch * p.cols;
}

fn compute_element(i: u32) {
  let row = i / p.cols;
  if (mask[p.t * p.batch + row] != 0u) {
    return;
  }
  let at = p.target_slot * p.batch * p.cols + i;
  var value = sequence[p.source_slot * p.batch * p.cols + i];
  if (p.accumulate == 1u) {
    value += sequence[at];
  }
  sequence[at] = value;
}
