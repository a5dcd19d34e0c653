// to[m, col, row, :] = source[m, row, col, :], blocks of `block` elements kept together; source is [matrices, rows, cols, block].
//
// Threads: one an element of the result.
#import each_element
struct Params {
  rows: u32,
  cols: u32,
  block: u32,
  matrices: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;

fn element_count() -> u32 {
  return p.matrices * p.rows * p.cols * p.block;
}

fn compute_element(i: u32) {
  let element = i % p.block;
  let row = i / p.block % p.rows;
  let col = i / p.block / p.rows % p.cols;
  let matrix = i / p.block / p.rows / p.cols;
  to[i] = source[((matrix * p.rows + row) * p.cols + col) * p.block + element];
}
