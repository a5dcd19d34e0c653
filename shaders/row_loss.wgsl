// loss[row] = Σ or mean over the columns of f(t, o), with t = kept·target + shift, and the prediction prepared to
// o = x, x/Σx, softmax(x) or sigmoid(x) (PREPARATION 0 to 3); slopes = d loss/dx·row_weight[row]/total where asked.
// LABELS: targets are labels [M], and t = kept·[column = label] + shift; one that is ignored or outside leaves its row out.
//
// prediction, slopes, targets [M,C]; class_weight [C]; row_weight, mask, loss [M]; total [1]. KIND is f, by the numbers of
// src/kernels/row_loss_kinds.ts; the last three (18 softened, 19 cosine, 20 categorical hinge) look at the row as a whole.
// Threads: one a row.
#import row_loss_kinds
#import each_element
struct Params {
  rows: u32,
  columns: u32,
  kind: u32,
  preparation: u32,
  weighted: u32,
  row_weighted: u32,
  masked: u32,
  ignored: u32,
  gradient: u32,
  kept: f32,
  shift: f32,
  alpha: f32,
  gamma: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> prediction: array<f32>;
#if LABELS
@group(0) @binding(2) var<storage, read> targets: array<u32>;
#else
@group(0) @binding(2) var<storage, read> targets: array<f32>;
#endif
@group(0) @binding(3) var<storage, read> class_weight: array<f32>;
@group(0) @binding(4) var<storage, read> row_weight: array<f32>;
@group(0) @binding(5) var<storage, read> mask: array<u32>;
@group(0) @binding(6) var<storage, read> total: array<f32>;
@group(0) @binding(7) var<storage, read_write> slopes: array<f32>;
@group(0) @binding(8) var<storage, read_write> loss: array<f32>;

fn is_counted(row: u32) -> bool {
  if (p.masked == 1u && mask[row] == 0u) {
    return false;
  }
#if LABELS
  return targets[row] < p.columns && targets[row] != p.ignored;
#else
  return true;
#endif
}

fn target_at(row: u32, column: u32) -> f32 {
#if LABELS
  return p.kept * select(0.0, 1.0, column == targets[row]) + p.shift;
#else
  return p.kept * targets[row * p.columns + column] + p.shift;
#endif
}

fn weight_of(column: u32) -> f32 {
  if (p.weighted == 1u) {
    return class_weight[column];
  }
  return 1.0;
}

// (largest, Σ exp(x - largest)) of a row of targets or predictions divided by the temperature.
fn softmax_of(row: u32, from_targets: bool, temperature: f32) -> vec2<f32> {
  var part = vec2<f32>(-3e38, 0.0);
  for (var column = 0u; column < p.columns; column++) {
    var x = prediction[row * p.columns + column];
    if (from_targets) {
      x = target_at(row, column);
    }
    x /= temperature;
    if (x > part.x) {
      part = vec2<f32>(x, part.y * safe_exp(part.x - x) + 1.0);
    } else {
      part.y += safe_exp(x - part.x);
    }
  }
  return part;
}

// What `prepared` needs to know of a row.
fn preparation_of(row: u32) -> vec2<f32> {
  var known = vec2<f32>(0.0, 1.0);
  if (PREPARATION == 2u) {
    known = softmax_of(row, false, 1.0);
  } else if (PREPARATION == 1u) {
    known.y = 0.0;
    for (var column = 0u; column < p.columns; column++) {
      known.y += prediction[row * p.columns + column];
    }
  }
  return known;
}

fn prepared(x: f32, known: vec2<f32>) -> f32 {
  switch PREPARATION {
    case 1u: {
      return x / known.y;
    }
    case 2u: {
      return safe_exp(x - known.x) / known.y;
    }
    case 3u: {
      return sigmoid(x);
    }
    default: {
      return x;
    }
  }
}

fn leave(row: u32, column: u32, scale: f32, slope: f32) {
  let at = row * p.columns + column;
  let x = prediction[at];
  slopes[at] = select(scale * slope, x, is_nan(x));
}

fn elementwise(row: u32, scale: f32) -> f32 {
  let known = preparation_of(row);
  var part = 1.0;
  if (KIND < 12u) {
    part = 1.0 / f32(p.columns);
  }
  var sum = 0.0;
  var inner = 0.0;
  for (var column = 0u; column < p.columns; column++) {
    let x = prediction[row * p.columns + column];
    let o = prepared(x, known);
    let t = target_at(row, column);
    sum += part * select(value_of(t, o, weight_of(column)), x, is_nan(x));
    if (PREPARATION == 1u || PREPARATION == 2u) {
      inner += part * slope_of(t, o, weight_of(column)) * o;
    }
  }
  if (p.gradient == 0u) {
    return sum;
  }
  for (var column = 0u; column < p.columns; column++) {
    let o = prepared(prediction[row * p.columns + column], known);
    var slope = part * slope_of(target_at(row, column), o, weight_of(column));
    if (PREPARATION == 1u) {
      slope = (slope - inner) / known.y;
    } else if (PREPARATION == 2u) {
      slope = o * (slope - inner);
    } else if (PREPARATION == 3u) {
      slope *= o * (1.0 - o);
    }
    leave(row, column, scale, slope);
  }
  return sum;
}

// T²·KL(softmax(t/T), softmax(x/T)) with the temperature T = alpha.
fn softened(row: u32, scale: f32) -> f32 {
  let ours = softmax_of(row, false, p.alpha);
  let teacher = softmax_of(row, true, p.alpha);
  let shift = teacher.x + log(teacher.y) - ours.x - log(ours.y);
  var sum = 0.0;
  for (var column = 0u; column < p.columns; column++) {
    let x = prediction[row * p.columns + column] / p.alpha;
    let t = target_at(row, column) / p.alpha;
    let q = safe_exp(t - teacher.x) / teacher.y;
    sum += p.alpha * p.alpha * q * (t - x - shift);
    if (p.gradient == 1u) {
      leave(row, column, scale, p.alpha * (safe_exp(x - ours.x) / ours.y - q));
    }
  }
  return sum;
}

// -cos(t, x), with lengths of at least 1e-7.
fn cosine(row: u32, scale: f32) -> f32 {
  var xx = 0.0;
  var tt = 0.0;
  var tx = 0.0;
  for (var column = 0u; column < p.columns; column++) {
    let x = prediction[row * p.columns + column];
    let t = target_at(row, column);
    xx += x * x;
    tt += t * t;
    tx += t * x;
  }
  let ix = 1.0 / max(sqrt(xx), EPSILON);
  let it = 1.0 / max(sqrt(tt), EPSILON);
  let value = tx * ix * it;
  let along = select(0.0, value * ix * ix, xx > 1e-14);
  if (p.gradient == 1u) {
    for (var column = 0u; column < p.columns; column++) {
      let x = prediction[row * p.columns + column];
      leave(row, column, scale, along * x - target_at(row, column) * it * ix);
    }
  }
  return -value;
}

// max(0, 1 + max((1 - t)·x) - Σ t·x).
fn categorical_hinge(row: u32, scale: f32) -> f32 {
  var positive = 0.0;
  var worst = 0u;
  var negative = 0.0;
  var broken = 0.0;
  for (var column = 0u; column < p.columns; column++) {
    let x = prediction[row * p.columns + column];
    let t = target_at(row, column);
    positive += t * x;
    if (is_nan(x)) {
      broken = x;
    }
    if (column == 0u || (1.0 - t) * x > negative) {
      negative = (1.0 - t) * x;
      worst = column;
    }
  }
  let value = select(max(0.0, 1.0 + negative - positive), broken, is_nan(broken));
  if (p.gradient == 1u) {
    let counts = select(0.0, 1.0, 1.0 + negative - positive > 0.0);
    for (var column = 0u; column < p.columns; column++) {
      let t = target_at(row, column);
      leave(row, column, scale, counts * (select(0.0, 1.0 - t, column == worst) - t));
    }
  }
  return value;
}

fn element_count() -> u32 {
  return p.rows;
}

fn compute_element(row: u32) {
  if (!is_counted(row)) {
    loss[row] = 0.0;
    for (var column = 0u; p.gradient == 1u && column < p.columns; column++) {
      slopes[row * p.columns + column] = 0.0;
    }
    return;
  }
  var scale = 0.0;
  if (total[0] != 0.0) {
    scale = 1.0 / total[0];
    if (p.row_weighted == 1u) {
      scale *= row_weight[row];
    }
  }
  if (KIND == 18u) {
    loss[row] = softened(row, scale);
  } else if (KIND == 19u) {
    loss[row] = cosine(row, scale);
  } else if (KIND == 20u) {
    loss[row] = categorical_hinge(row, scale);
  } else {
    loss[row] = elementwise(row, scale);
  }
}
