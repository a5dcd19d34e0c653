// Softmax cross entropy of rows of logits with labels, and its gradient over the logits in the same dispatch.
//   q_c = w_c·((1-s)·[c = label] + s/V);  loss = -Σ q_c·log softmax(x)_c;
//   d loss/dx_c = (softmax(x)_c·Σq - q_c)·v/total
// with class weights w, smoothing s and row weight v. Rows that are ignored have loss 0 and gradient 0.
//
// labels, row_weight, mask, loss [M]; class_weight [V]; total [1]; logits [M,V], overwritten by the gradient where asked.
// Threads: as shaders/shared/each_row.wgsl says. A label outside [0,V) counts as ignored and is never an index.
#import cross_entropy_rows
struct Params {
#import cross_entropy_params
  ignored: u32,
}
@group(0) @binding(1) var<storage, read> labels: array<u32>;

fn smooth_part(col: u32) -> f32 {
  if (p.smoothing > 0.0) {
    return weight(col) * p.smoothing / f32(p.classes);
  }
  return 0.0;
}

fn compute_row(row: u32, lane: u32) {
  let first = row * p.classes;
  let label = labels[row];
  let counts = label < p.classes && label != p.ignored && (p.masked == 0u || mask[row] != 0u);
  let safe_label = min(label, p.classes - 1u);
  let label_part = (1.0 - p.smoothing) * weight(safe_label);
  // Read before the gradient overwrites it.
  let label_logit = logits[first + safe_label];
  var part = vec4<f32>(logits[first + min(lane, p.classes - 1u)], 0.0, 0.0, 0.0);
  for (var col = lane; col < p.classes; col += LANES) {
    part = add_to_part(part, logits[first + col], smooth_part(col));
  }
  let whole = whole_row(lane, part);
  let log_sum = log(whole.y);
  if (lane == 0u) {
    let value = label_part * (log_sum - (label_logit - whole.x)) + whole.z * log_sum - whole.w;
    loss[row] = select(0.0, value, counts);
  }
  if (p.gradient == 0u) {
    return;
  }
  let scale = row_scale(row, counts);
  let softmax_scale = (label_part + whole.z) / whole.y;
  for (var col = lane; col < p.classes; col += LANES) {
    let q = smooth_part(col) + select(0.0, label_part, col == label);
    let slope = safe_exp(logits[first + col] - whole.x) * softmax_scale - q;
    logits[first + col] = select(0.0, scale * slope, counts);
  }
}
