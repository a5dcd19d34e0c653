// to[col] (+)= sum over rows of source[row·stride + col]; workgroup z sums the rows [z·slice, (z+1)·slice).
//
// Threads: one a column and slice; z writes at to_offset + z·cols. Four rows at a time, so that four loads are
// under way. The sums of the first `twice` columns go to to[again + col] as well, where there is one slice; the launcher
// has checked that this lies behind the others.
#import each_column
struct Params {
  rows: u32,
  cols: u32,
  stride: u32,
  slice: u32,
  accumulate: u32,
  twice: u32,
  again: u32,
  source_offset: u32,
  to_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;

fn element(row: u32, col: u32) -> f32 {
  return source[p.source_offset + row * p.stride + col];
}

fn put(at: u32, sum: f32) {
  if (p.accumulate == 1u) {
    to[at] += sum;
  } else {
    to[at] = sum;
  }
}

fn compute_column(col: u32, slice: u32, first: u32, last: u32) {
  var sum = 0.0;
  var row = first;
  for (; row + 4u <= last; row += 4u) {
    sum += (element(row, col) + element(row + 1u, col)) + (element(row + 2u, col) + element(row + 3u, col));
  }
  for (; row < last; row++) {
    sum += element(row, col);
  }
  put(p.to_offset + slice * p.cols + col, sum);
  if (col < p.twice) {
    put(p.to_offset + p.again + col, sum);
  }
}
