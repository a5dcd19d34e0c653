// dx (+)= rstd·(g - mean(g) - x̂·mean(g∘x̂)) over each row, with g = dy∘gamma and x̂ = (x - mean)·rstd.
//
// x, dy, dx: `rows` rows of `cols` elements, `stride` apart; gamma [cols], where `scaled`; stats [rows,2]: mean and rstd.
// Threads: as shaders/shared/each_row.wgsl says.
#import row_sums
struct Params {
  rows: u32,
  cols: u32,
  stride: u32,
  scaled: u32,
  accumulate: u32,
  x_offset: u32,
  gamma_offset: u32,
  stats_offset: u32,
  dy_offset: u32,
  dx_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> stats: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

fn scaled_gradient(row: u32, col: u32) -> f32 {
  let g = dy[p.dy_offset + row * p.stride + col];
  if (p.scaled == 1u) {
    return g * gamma[p.gamma_offset + col];
  }
  return g;
}

fn row_count() -> u32 {
  return p.rows;
}

fn compute_row(row: u32, lane: u32) {
  let mean = stats[p.stats_offset + 2u * row];
  let rstd = stats[p.stats_offset + 2u * row + 1u];
  let first = p.x_offset + row * p.stride;
  var part = vec2<f32>(0.0);
  for (var col = lane; col < p.cols; col += LANES) {
    let g = scaled_gradient(row, col);
    part += vec2<f32>(g, g * ((x[first + col] - mean) * rstd));
  }
  let means = row_sums(lane, part) / f32(p.cols);
  for (var col = lane; col < p.cols; col += LANES) {
    let normal = (x[first + col] - mean) * rstd;
    var value = rstd * (scaled_gradient(row, col) - means.x - normal * means.y);
    let at = p.dx_offset + row * p.stride + col;
    if (p.accumulate == 1u) {
      value += dx[at];
    }
    dx[at] = value;
  }
}
