// y = softmax(x) over the last axis, or its logarithm: x - max - log Σ exp(x - max).
//
// x, y [M,V]. Threads: as shaders/shared/each_row.wgsl says.
#import softmax_row
struct Params {
  rows: u32,
  classes: u32,
  logarithm: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn row_count() -> u32 {
  return p.rows;
}

fn compute_row(row: u32, lane: u32) {
  let first = row * p.classes;
  var part = vec4<f32>(x[first + min(lane, p.classes - 1u)], 0.0, 0.0, 0.0);
  for (var col = lane; col < p.classes; col += LANES) {
    part = add_to_part(part, x[first + col], 0.0);
  }
  let whole = whole_row(lane, part);
  let log_sum = log(whole.y);
  for (var col = lane; col < p.classes; col += LANES) {
    let below = x[first + col] - whole.x;
    if (p.logarithm == 1u) {
      y[first + col] = below - log_sum;
    } else {
      y[first + col] = safe_exp(below) / whole.y;
    }
  }
}
