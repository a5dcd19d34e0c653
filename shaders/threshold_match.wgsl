// score[row] = the part of the row's columns of which (x > threshold) is what the target says.
//
// x, targets [M,C], score [M]. Threads: one a row.
#import each_element
struct Params {
  rows: u32,
  columns: u32,
  threshold: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read_write> score: array<f32>;

fn element_count() -> u32 {
  return p.rows;
}

fn compute_element(row: u32) {
  var hits = 0.0;
  for (var column = 0u; column < p.columns; column++) {
    let at = row * p.columns + column;
    hits += select(0.0, 1.0, targets[at] == select(0.0, 1.0, x[at] > p.threshold));
  }
  score[row] = hits / f32(p.columns);
}
