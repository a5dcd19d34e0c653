// y[row] = the first column of the largest element of row x[row].
//
// x [M,C], y [M] u32. Threads: as shaders/shared/each_row.wgsl says; the second search is for the smallest column.
#import softmax_row
struct Params {
  rows: u32,
  columns: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

fn row_count() -> u32 {
  return p.rows;
}

fn compute_row(row: u32, lane: u32) {
  let first = row * p.columns;
  var best = min(lane, p.columns - 1u);
  for (var column = lane + LANES; column < p.columns; column += LANES) {
    if (x[first + column] > x[first + best]) {
      best = column;
    }
  }
  let largest = whole_row(lane, vec4<f32>(x[first + best], 0.0, 0.0, 0.0)).x;
  // Columns are exact in f32 below 2^24, which the launcher has checked.
  let place = select(-16777216.0, -f32(best), x[first + best] == largest);
  let found = whole_row(lane, vec4<f32>(place, 0.0, 0.0, 0.0)).x;
  if (lane == 0u) {
    y[row] = u32(clamp(-found, 0.0, f32(p.columns - 1u)));
  }
}
