// dx (+)= r·g - r³·(x - c)·mean(g·x) over each row, g = dy·gamma, with r and c of rms_norm_forward.wgsl.
//
// x, dy, dx [rows,cols], gamma [cols] where scaled is 1, stats [rows,2] = (0, r). Threads: as
// shaders/shared/each_row.wgsl says.
#import row_sums
struct Params {
  rows: u32,
  cols: u32,
  centered: u32,
  scaled: u32,
  accumulate: u32,
  x_offset: u32,
  dy_offset: u32,
  dx_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> stats: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

fn scaled_gradient(row: u32, col: u32) -> f32 {
  let g = dy[p.dy_offset + row * p.cols + col];
  if (p.scaled == 1u) {
    return g * gamma[col];
  }
  return g;
}

fn row_count() -> u32 {
  return p.rows;
}

fn compute_row(row: u32, lane: u32) {
  let first = p.x_offset + row * p.cols;
  let r = stats[2u * row + 1u];
  var part = vec2<f32>(0.0);
  for (var col = lane; col < p.cols; col += LANES) {
    part += vec2<f32>(x[first + col], scaled_gradient(row, col) * x[first + col]);
  }
  let means = row_sums(lane, part) / f32(p.cols);
  let center = select(0.0, means.x, p.centered == 1u);
  let slope = r * r * r * means.y;
  for (var col = lane; col < p.cols; col += LANES) {
    var value = r * scaled_gradient(row, col) - slope * (x[first + col] - center);
    let at = p.dx_offset + row * p.cols + col;
    if (p.accumulate == 1u) {
      value += dx[at];
    }
    dx[at] = value;
  }
}
