// The gradient of the CTC loss over the logits, Graves et al. 2006, eq. 16, in logarithms: with beta_t(s) the probability of
// all paths from state s at step t on, without step t itself,
//   slopes[t,n,c] = (exp(log_probs) - Σ over the states s of label c of exp(alpha_t(s) + beta_t(s) + loss))·weight/total.
// Steps beyond a sequence's length have gradient 0, and so has a sequence that is too short for its labels.
//
// log_probs, slopes [T,N,C]; targets [N,S]; lengths [2,N]; alpha [N,T+2,2S+1], whose last two slots are working memory;
// loss, row_weight [N]; total [1]. Threads: as shaders/shared/each_row.wgsl says.
struct Params {
  steps: u32,
  batch: u32,
  classes: u32,
  labels: u32,
  blank: u32,
  per_label: u32,
  row_weighted: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> log_probs: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> lengths: array<u32>;
@group(0) @binding(4) var<storage, read_write> alpha: array<f32>;
@group(0) @binding(5) var<storage, read> row_weight: array<f32>;
@group(0) @binding(6) var<storage, read> total: array<f32>;
@group(0) @binding(7) var<storage, read_write> slopes: array<f32>;
#import ctc_states

// Where beta of step t lies: the two slots take turns.
fn beta_slot(n: u32, t: u32) -> u32 {
  return slot(n, p.steps + t % 2u);
}

fn retreat(n: u32, t: u32, state: u32, states: u32, steps: u32) -> f32 {
  if (t + 1u == steps) {
    return select(IMPOSSIBLE, 0.0, state + 2u >= states);
  }
  let after = beta_slot(n, t + 1u);
  var sum = alpha[after + state] + log_prob(t + 1u, n, label_at(n, state));
  if (state + 1u < states) {
    sum = log_add(sum, alpha[after + state + 1u] + log_prob(t + 1u, n, label_at(n, state + 1u)));
  }
  if (state + 2u < states && may_skip(n, state + 2u)) {
    sum = log_add(sum, alpha[after + state + 2u] + log_prob(t + 1u, n, label_at(n, state + 2u)));
  }
  return max(sum, IMPOSSIBLE);
}

// How probable it is that a path is in `state` at step t.
fn occupancy(n: u32, t: u32, state: u32, log_total: f32) -> f32 {
  return safe_exp(min(alpha[slot(n, t) + state] + alpha[beta_slot(n, t) + state] - log_total, 0.0));
}

// The occupancy of a label: of the blank for entry 0, else of label entry - 1 where it is the first of its kind.
fn label_occupancy(n: u32, t: u32, entry: u32, states: u32, log_total: f32) -> f32 {
  var sum = 0.0;
  if (entry == 0u) {
    for (var state = 0u; state < states; state += 2u) {
      sum += occupancy(n, t, state, log_total);
    }
    return sum;
  }
  let own = 2u * entry - 1u;
  for (var state = 1u; state < states; state += 2u) {
    if (label_at(n, state) == label_at(n, own)) {
      if (state < own) {
        return 0.0;
      }
      sum += occupancy(n, t, state, log_total);
    }
  }
  return sum;
}

fn log_likelihood(n: u32, states: u32, steps: u32) -> f32 {
  if (steps == 0u) {
    return IMPOSSIBLE;
  }
  let last = slot(n, steps - 1u) + states - 1u;
  if (states == 1u) {
    return alpha[last];
  }
  return log_add(alpha[last], alpha[last - 1u]);
}

fn row_count() -> u32 {
  return p.batch;
}

fn compute_row(n: u32, lane: u32) {
  let states = state_count(n);
  let steps = input_length(n);
  let log_total = log_likelihood(n, states, steps);
  var scale = 0.0;
  if (total[0] != 0.0 && log_total > 0.5 * IMPOSSIBLE) {
    scale = 1.0 / total[0];
    if (p.row_weighted == 1u) {
      scale *= row_weight[n];
    }
    if (p.per_label == 1u) {
      scale /= f32(max((states - 1u) / 2u, 1u));
    }
  }
  for (var back = 0u; back < p.steps; back++) {
    let t = p.steps - 1u - back;
    let first = (t * p.batch + n) * p.classes;
    let is_inside = t < steps;
    if (is_inside) {
      for (var state = lane; state < states; state += LANES) {
        alpha[beta_slot(n, t) + state] = retreat(n, t, state, states, steps);
      }
    }
    for (var label = lane; label < p.classes; label += LANES) {
      let probability = safe_exp(log_probs[first + label]);
      slopes[first + label] = select(0.0, scale * probability, is_inside && scale != 0.0);
    }
    row_barrier();
    if (is_inside && scale != 0.0) {
      for (var entry = lane; entry <= (states - 1u) / 2u; entry += LANES) {
        let occupied = label_occupancy(n, t, entry, states, log_total);
        if (occupied > 0.0) {
          let label = label_at(n, select(2u * entry - 1u, 0u, entry == 0u));
          slopes[first + label] -= scale * occupied;
        }
      }
    }
    row_barrier();
  }
}
