// Softmax cross entropy of rows of logits with target distributions, and its gradient in the same dispatch.
//   q_c = w_c·((1-s)·t_c + s/V);  loss = -Σ q_c·log softmax(x)_c;  d loss/dx_c = (softmax(x)_c·Σq - q_c)·v/total
// with class weights w, smoothing s and row weight v. Rows whose mask is 0 have loss 0 and gradient 0.
//
// targets t [M,V]; class_weight [V]; row_weight, mask, loss [M]; total [1];
// logits [M,V], overwritten by the gradient where asked.
// Threads: as shaders/shared/each_row.wgsl says.
#import softmax_row
struct Params {
  rows: u32,
  classes: u32,
  weighted: u32,
  row_weighted: u32,
  masked: u32,
  gradient: u32,
  smoothing: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> targets: array<f32>;
@group(0) @binding(2) var<storage, read> class_weight: array<f32>;
@group(0) @binding(3) var<storage, read> row_weight: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
@group(0) @binding(5) var<storage, read> total: array<f32>;
@group(0) @binding(6) var<storage, read_write> logits: array<f32>;
@group(0) @binding(7) var<storage, read_write> loss: array<f32>;

fn weighted_target(at: u32, col: u32) -> f32 {
  let q = (1.0 - p.smoothing) * targets[at] + p.smoothing / f32(p.classes);
  if (p.weighted == 1u) {
    return q * class_weight[col];
  }
  return q;
}

fn row_count() -> u32 {
  return p.rows;
}

fn compute_row(row: u32, lane: u32) {
  let first = row * p.classes;
  let counts = p.masked == 0u || mask[row] != 0u;
  var part = vec4<f32>(logits[first + min(lane, p.classes - 1u)], 0.0, 0.0, 0.0);
  for (var col = lane; col < p.classes; col += LANES) {
    part = add_to_part(part, logits[first + col], weighted_target(first + col, col));
  }
  let whole = whole_row(lane, part);
  if (lane == 0u) {
    loss[row] = select(0.0, whole.z * log(whole.y) - whole.w, counts);
  }
  if (p.gradient == 0u) {
    return;
  }
  var scale = 0.0;
  if (counts && total[0] != 0.0) {
    scale = 1.0 / total[0];
    if (p.row_weighted == 1u) {
      scale *= row_weight[row];
    }
  }
  let softmax_scale = whole.z / whole.y;
  for (var col = lane; col < p.classes; col += LANES) {
    let slope = safe_exp(logits[first + col] - whole.x) * softmax_scale - weighted_target(first + col, col);
    logits[first + col] = select(0.0, scale * slope, counts);
  }
}
