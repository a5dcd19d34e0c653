// score[row] = 1 where fewer than k elements of the row are larger than that of its label, else 0. With `first`, equal
// elements before it count as larger, so that with k = 1 the label must be the argmax. A label outside scores 0.
//
// x [M,C], labels [M], score [M]. Threads: as shaders/shared/each_row.wgsl says.
#import row_sums
struct Params {
  rows: u32,
  columns: u32,
  k: u32,
  first: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> score: array<f32>;

fn row_count() -> u32 {
  return p.rows;
}

fn compute_row(row: u32, lane: u32) {
  let start = row * p.columns;
  let label = labels[row];
  let own = x[start + min(label, p.columns - 1u)];
  var larger = 0.0;
  for (var column = lane; column < p.columns; column += LANES) {
    let other = x[start + column];
    if (other > own || (p.first == 1u && other == own && column < label)) {
      larger += 1.0;
    }
  }
  let sum = row_sums(lane, vec2<f32>(larger, 0.0)).x;
  if (lane == 0u) {
    score[row] = select(0.0, 1.0, label < p.columns && sum < f32(p.k));
  }
}
