// to[col] (+)= sum over rows of left[row,col]·right[row,col]; workgroup z sums the rows [z·slice, (z+1)·slice).
//
// NORMALIZED: right counts as (right - mean)·rstd with stats [rows,2], so that the sum is the gradient of a gain.
// left, right: rows `left_stride` and `right_stride` apart. Threads: one a column and slice; z writes at z·cols.
#import each_column
struct Params {
  rows: u32,
  cols: u32,
  left_stride: u32,
  right_stride: u32,
  slice: u32,
  normalized: u32,
  accumulate: u32,
  left_offset: u32,
  right_offset: u32,
  stats_offset: u32,
  to_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> left: array<f32>;
@group(0) @binding(2) var<storage, read> right: array<f32>;
@group(0) @binding(3) var<storage, read> stats: array<f32>;
@group(0) @binding(4) var<storage, read_write> to: array<f32>;

fn compute_column(col: u32, slice: u32, first: u32, last: u32) {
  var sum = 0.0;
  for (var row = first; row < last; row++) {
    var factor = right[p.right_offset + row * p.right_stride + col];
#if NORMALIZED
    factor = (factor - stats[p.stats_offset + 2u * row]) * stats[p.stats_offset + 2u * row + 1u];
#endif
    sum += left[p.left_offset + row * p.left_stride + col] * factor;
  }
  let at = p.to_offset + slice * p.cols + col;
  if (p.accumulate == 1u) {
    sum += to[at];
  }
  to[at] = sum;
}
