// The CTC loss of each sequence, Graves et al. 2006, eq. 6 to 8, in logarithms: alpha_t(s) is the probability of all paths
// through the first t + 1 steps that end in state s; loss[n] = -log(alpha(last) + alpha(last but one)) at the last step.
//
// log_probs [T,N,C]; targets [N,S]; lengths [2,N] (steps, labels); alpha [N,T+2,2S+1], of which slots 0..T-1 are written;
// loss [N], divided by the number of labels (at least 1) where `per_label` is 1. A sequence that is too short for its labels
// has an infinite loss, or 0 where `zero_infinity` is 1.
// Threads: as shaders/shared/each_row.wgsl says.
struct Params {
  steps: u32,
  batch: u32,
  classes: u32,
  labels: u32,
  blank: u32,
  per_label: u32,
  zero_infinity: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> log_probs: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> lengths: array<u32>;
@group(0) @binding(4) var<storage, read_write> alpha: array<f32>;
@group(0) @binding(5) var<storage, read_write> loss: array<f32>;
#import ctc_states

fn advance(n: u32, t: u32, state: u32) -> f32 {
  if (t == 0u) {
    return select(IMPOSSIBLE, log_prob(0u, n, label_at(n, state)), state < 2u);
  }
  let before = slot(n, t - 1u);
  var sum = alpha[before + state];
  if (state >= 1u) {
    sum = log_add(sum, alpha[before + state - 1u]);
  }
  if (may_skip(n, state)) {
    sum = log_add(sum, alpha[before + state - 2u]);
  }
  return max(sum + log_prob(t, n, label_at(n, state)), IMPOSSIBLE);
}

fn row_count() -> u32 {
  return p.batch;
}

fn compute_row(n: u32, lane: u32) {
  let states = state_count(n);
  let steps = input_length(n);
  var broken = 0.0;
  // All threads take all steps, so that the barriers are reached by all.
  for (var t = 0u; t < p.steps; t++) {
    if (t < steps) {
      for (var state = lane; state < states; state += LANES) {
        alpha[slot(n, t) + state] = advance(n, t, state);
      }
      if (is_nan(log_prob(t, n, p.blank))) {
        broken = log_prob(t, n, p.blank);
      }
    }
    row_barrier();
  }
  if (lane > 0u) {
    return;
  }
  var sum = select(IMPOSSIBLE, 0.0, states == 1u);
  if (steps > 0u) {
    let last = slot(n, steps - 1u) + states - 1u;
    sum = alpha[last];
    if (states > 1u) {
      sum = log_add(sum, alpha[last - 1u]);
    }
  }
  var value = -sum;
  if (p.per_label == 1u) {
    value /= f32(max((states - 1u) / 2u, 1u));
  }
  if (sum <= 0.5 * IMPOSSIBLE) {
    value = select(bitcast<f32>(0x7f800000u - min(n, 0u)), 0.0, p.zero_infinity == 1u);
  }
  loss[n] = select(value, broken, is_nan(broken));
}
