// mask[row] = 1 where any of x[row,:] is not `value`, else 0; NaN is not.
//
// x [rows,cols], mask [rows]. Threads: one a row; no barrier.
#import each_element
struct Params {
  rows: u32,
  cols: u32,
  value: f32,
  x_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> mask: array<u32>;

fn element_count() -> u32 {
  return p.rows;
}

fn compute_element(row: u32) {
  var counts = 0u;
  for (var col = 0u; col < p.cols; col++) {
    if (!(x[p.x_offset + row * p.cols + col] == p.value)) {
      counts = 1u;
    }
  }
  mask[row] = counts;
}
