// sums[z] [2,cols] = (Σ dy·(x - mean)·r, Σ dy) of each column over the rows of slice z: the gradients of gamma and beta.
//
// x, dy [rows,cols], statistics [3,cols] = (mean, r, count). Threads: one a column, 64 in a workgroup, no barrier; z is
// the slice.
struct Params {
  rows: u32,
  cols: u32,
  slice: u32,
  x_offset: u32,
  dy_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> statistics: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let col = id.x;
  if (col >= p.cols) {
    return;
  }
  let first = id.z * p.slice;
  let last = min(first + p.slice, p.rows);
  let mean = statistics[col];
  var products = 0.0;
  var sum = 0.0;
  for (var row = first; row < last; row++) {
    let g = dy[p.dy_offset + row * p.cols + col];
    products += g * (x[p.x_offset + row * p.cols + col] - mean);
    sum += g;
  }
  let at = id.z * 2u * p.cols + col;
  sums[at] = products * statistics[p.cols + col];
  sums[at + p.cols] = sum;
}
