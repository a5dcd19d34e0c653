// y = x·r·gamma over each row, r = 1/sqrt(mean((x - c)²) + epsilon), c the row's mean where centered is 1, else 0.
//
// x, y [rows,cols], gamma [cols] where scaled is 1, stats [rows,2] = (0, r). Threads: as shaders/shared/each_row.wgsl says.
#import row_sums
struct Params {
  rows: u32,
  cols: u32,
  centered: u32,
  scaled: u32,
  epsilon: f32,
  x_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> stats: array<f32>;

fn row_count() -> u32 {
  return p.rows;
}

fn compute_row(row: u32, lane: u32) {
  let first = p.x_offset + row * p.cols;
  var sum = 0.0;
  for (var col = lane; col < p.cols; col += LANES) {
    sum += x[first + col];
  }
  let mean = row_sums(lane, vec2<f32>(sum, 0.0)).x / f32(p.cols);
  let center = select(0.0, mean, p.centered == 1u);
  var squares = 0.0;
  for (var col = lane; col < p.cols; col += LANES) {
    let off = x[first + col] - center;
    squares += off * off;
  }
  let r = 1.0 / sqrt(row_sums(lane, vec2<f32>(squares, 0.0)).x / f32(p.cols) + p.epsilon);
  for (var col = lane; col < p.cols; col += LANES) {
    var value = x[first + col] * r;
    if (p.scaled == 1u) {
      value *= gamma[col];
    }
    y[row * p.cols + col] = value;
  }
  if (lane == 0u) {
    stats[2u * row] = 0.0;
    stats[2u * row + 1u] = r;
  }
}
