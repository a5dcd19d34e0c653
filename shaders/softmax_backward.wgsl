// dx (+)= y∘(dy - Σ dy·y) for y = softmax(x); dx (+)= dy - exp(y)·Σ dy for y = log softmax(x);
// sums over the last axis.
//
// y, dy, dx [M,V]. Threads: as shaders/shared/each_row.wgsl says; the third number of a part carries the sum.
#import softmax_row
struct Params {
  rows: u32,
  classes: u32,
  logarithm: u32,
  accumulate: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn row_count() -> u32 {
  return p.rows;
}

fn compute_row(row: u32, lane: u32) {
  let first = row * p.classes;
  var sum = 0.0;
  for (var col = lane; col < p.classes; col += LANES) {
    let at = first + col;
    if (p.logarithm == 1u) {
      sum += dy[at];
    } else {
      sum += dy[at] * y[at];
    }
  }
  let whole = whole_row(lane, vec4<f32>(0.0, 0.0, sum, 0.0)).z;
  for (var col = lane; col < p.classes; col += LANES) {
    let at = first + col;
    var value = y[at] * (dy[at] - whole);
    if (p.logarithm == 1u) {
      value = dy[at] - safe_exp(y[at]) * whole;
    }
    if (p.accumulate == 1u) {
      value += dx[at];
    }
    dx[at] = value;
  }
}
