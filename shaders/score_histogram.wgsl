// counts[column, bin] += (Σ weight·target, Σ weight·(1 - target)) of the rows whose score x lies in the bin.
// With `threshold` given by two bins: 0 up to it, 1 above. With more: bin ceil(x·(bins - 1)) - 1, as the thresholds
// i/(bins - 1) divide [0,1]; x through a sigmoid where `logits` is 1. A row whose mask is 0 does not count; `share` rows
// in a row have one weight and mask.
//
// x, targets [M,C]; row_weight, mask [M / share]; counts [C,bins,2].
// Threads: as shaders/shared/each_row.wgsl says, a bin being a row.
#import row_sums
#import activation
struct Params {
  rows: u32,
  columns: u32,
  bins: u32,
  share: u32,
  row_weighted: u32,
  masked: u32,
  logits: u32,
  threshold: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read> row_weight: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
@group(0) @binding(5) var<storage, read_write> counts: array<f32>;

fn weight_of(row: u32) -> f32 {
  let at = row / p.share;
  if (p.masked == 1u && mask[at] == 0u) {
    return 0.0;
  }
  if (p.row_weighted == 1u) {
    return row_weight[at];
  }
  return 1.0;
}

fn bin_of(x: f32) -> u32 {
  if (p.bins == 2u) {
    return select(0u, 1u, x > p.threshold);
  }
  var score = x;
  if (p.logits == 1u) {
    score = sigmoid(x);
  }
  return u32(max(ceil(clamp(score, 0.0, 1.0) * f32(p.bins - 1u)) - 1.0, 0.0));
}

fn row_count() -> u32 {
  return p.columns * p.bins;
}

fn compute_row(cell: u32, lane: u32) {
  let column = cell / p.bins;
  let bin = cell % p.bins;
  var part = vec2<f32>(0.0);
  for (var row = lane; row < p.rows; row += LANES) {
    let at = row * p.columns + column;
    if (bin_of(x[at]) == bin) {
      part += weight_of(row) * vec2<f32>(targets[at], 1.0 - targets[at]);
    }
  }
  let sums = row_sums(lane, part);
  if (lane == 0u) {
    counts[2u * cell] += sums.x;
    counts[2u * cell + 1u] += sums.y;
  }
}
