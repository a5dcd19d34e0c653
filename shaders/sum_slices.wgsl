// to[row·stride + col] (+)= sum over s of source[s, row, col], in the order of s; source is [slices, rows, cols].
//
// Threads: one an element.
#import each_element
struct Params {
  rows: u32,
  cols: u32,
  stride: u32,
  slices: u32,
  accumulate: u32,
  source_offset: u32,
  to_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;

fn element_count() -> u32 {
  return p.rows * p.cols;
}

fn compute_element(i: u32) {
  let size = element_count();
  var sum = 0.0;
  for (var s = 0u; s < p.slices; s++) {
    sum += source[p.source_offset + s * size + i];
  }
  let at = p.to_offset + i / p.cols * p.stride + i % p.cols;
  if (p.accumulate == 1u) {
    sum += to[at];
  }
  to[at] = sum;
}
