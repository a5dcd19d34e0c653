// Softmax cross entropy of rows of logits with target distributions, and its gradient in the same dispatch.
//   q_c = w_c·((1-s)·t_c + s/V);  loss = -Σ q_c·log softmax(x)_c;  d loss/dx_c = (softmax(x)_c·Σq - q_c)·v/total
// with class weights w, smoothing s and row weight v. Rows whose mask is 0 have loss 0 and gradient 0.
//
// targets t [M,V]; class_weight [V]; row_weight, mask, loss [M]; total [1];
// logits [M,V], overwritten by the gradient where asked.
// Threads: as shaders/shared/each_row.wgsl says.
#import cross_entropy_rows
struct Params {
#import cross_entropy_params
}
@group(0) @binding(1) var<storage, read> targets: array<f32>;

fn weighted_target(at: u32, col: u32) -> f32 {
  return weight(col) * ((1.0 - p.smoothing) * targets[at] + p.smoothing / f32(p.classes));
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
  let scale = row_scale(row, counts);
  let softmax_scale = whole.z / whole.y;
  for (var col = lane; col < p.classes; col += LANES) {
    let slope = safe_exp(logits[first + col] - whole.x) * softmax_scale - weighted_target(first + col, col);
    logits[first + col] = select(0.0, scale * slope, counts);
  }
}
