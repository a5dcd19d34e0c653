// The loss of tag sequences under a linear chain, in logarithms: alpha_t(j) = x_t(j) + log Σ_i exp(alpha(i) + chain(i,j)) over
// the step counted before, log Z = log Σ_j exp(alpha(j) + end(j)) at the last one; summary [3,N] = (log Z - score of the
// given tags, log Z, row weight / total). A sequence without a step that counts has 0, 0, 0.
//
// x, alpha [T,N,K]; chain [K+2,K]; tags [T,N]; row_weight [N]; total [1]. Threads: as shaders/shared/each_row.wgsl says.
struct Params {
  steps: u32,
  batch: u32,
  tag_count: u32,
  row_weighted: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> chain: array<f32>;
@group(0) @binding(3) var<storage, read> tags: array<u32>;
@group(0) @binding(4) var<storage, read> row_weight: array<f32>;
@group(0) @binding(5) var<storage, read> total: array<f32>;
@group(0) @binding(6) var<storage, read_write> alpha: array<f32>;
@group(0) @binding(7) var<storage, read_write> summary: array<f32>;
#import crf_chain

fn advance(before: u32, j: u32) -> f32 {
  var largest = alpha[before] + chain[j];
  for (var i = 1u; i < p.tag_count; i++) {
    largest = max(largest, alpha[before + i] + chain[i * p.tag_count + j]);
  }
  var sum = 0.0;
  for (var i = 0u; i < p.tag_count; i++) {
    sum += safe_exp(alpha[before + i] + chain[i * p.tag_count + j] - largest);
  }
  return largest + log(sum);
}

fn log_z(last: u32) -> f32 {
  let end = (p.tag_count + 1u) * p.tag_count;
  var largest = alpha[last] + chain[end];
  for (var j = 1u; j < p.tag_count; j++) {
    largest = max(largest, alpha[last + j] + chain[end + j]);
  }
  var sum = 0.0;
  for (var j = 0u; j < p.tag_count; j++) {
    sum += safe_exp(alpha[last + j] + chain[end + j] - largest);
  }
  return largest + log(sum);
}

fn row_count() -> u32 {
  return p.batch;
}

fn compute_row(n: u32, lane: u32) {
  var before = 0u;
  var is_first = true;
  var score = 0.0;
  var last_tag = 0u;
  // All threads take all steps, so that the barriers are reached by all.
  for (var t = 0u; t < p.steps; t++) {
    if (is_counted(t, n)) {
      let here = at_step(t, n);
      for (var j = lane; j < p.tag_count; j += LANES) {
        if (is_first) {
          alpha[here + j] = x[here + j] + chain[p.tag_count * p.tag_count + j];
        } else {
          alpha[here + j] = x[here + j] + advance(before, j);
        }
      }
      let given = tags[t * p.batch + n];
      score += x[here + given] + chain[select(last_tag, p.tag_count, is_first) * p.tag_count + given];
      last_tag = given;
      is_first = false;
      before = here;
    }
    row_barrier();
  }
  if (lane > 0u) {
    return;
  }
  if (is_first) {
    summary[n] = 0.0;
    summary[p.batch + n] = 0.0;
    summary[2u * p.batch + n] = 0.0;
    return;
  }
  let whole = log_z(before);
  score += chain[(p.tag_count + 1u) * p.tag_count + last_tag];
  var scale = 0.0;
  if (total[0] != 0.0) {
    scale = 1.0 / total[0];
    if (p.row_weighted == 1u) {
      scale *= row_weight[n];
    }
  }
  summary[n] = whole - score;
  summary[p.batch + n] = whole;
  summary[2u * p.batch + n] = scale;
}
