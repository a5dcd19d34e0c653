// Of each column, over the rows of slice z that count: how many, their mean, and the sum of squares about it.
//
// x [rows,cols]; mask [rows / repeats], each entry for `repeats` rows, where masked is 1; moments [slices,3,cols].
// Two passes, so that nothing cancels. Threads: one a column and slice.
#import each_column
struct Params {
  rows: u32,
  cols: u32,
  slice: u32,
  masked: u32,
  repeats: u32,
  x_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> moments: array<f32>;

fn counts(row: u32) -> bool {
  if (p.masked == 0u) {
    return true;
  }
  return mask[row / p.repeats] != 0u;
}

fn compute_column(col: u32, slice: u32, first: u32, last: u32) {
  var count = 0.0;
  var sum = 0.0;
  for (var row = first; row < last; row++) {
    if (counts(row)) {
      count += 1.0;
      sum += x[p.x_offset + row * p.cols + col];
    }
  }
  let mean = sum / max(count, 1.0);
  var squares = 0.0;
  for (var row = first; row < last; row++) {
    if (counts(row)) {
      let off = x[p.x_offset + row * p.cols + col] - mean;
      squares += off * off;
    }
  }
  let at = slice * 3u * p.cols + col;
  moments[at] = count;
  moments[at + p.cols] = mean;
  moments[at + 2u * p.cols] = squares;
}
