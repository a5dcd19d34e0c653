// The states of a CTC: blank, label, blank, label, ..., blank, 2·labels + 1 of them, and sums of probabilities as logarithms.
// A sequence is a row of each_row.wgsl, whose threads share the states; not SERIAL, with a storage barrier a step.
#import special_functions
#import each_row
const IMPOSSIBLE = -1e30;

fn log_add(a: f32, b: f32) -> f32 {
  let m = max(a, b);
  if (m <= 0.5 * IMPOSSIBLE) {
    return IMPOSSIBLE;
  }
  return m + log_one_plus(safe_exp(-abs(a - b)));
}

// The label of a state of sequence n.
fn label_at(n: u32, state: u32) -> u32 {
  if (state % 2u == 0u) {
    return p.blank;
  }
  return min(targets[n * p.labels + state / 2u], p.classes - 1u);
}

// Whether a path may go from the state before the blank before `state` to it.
fn may_skip(n: u32, state: u32) -> bool {
  return state >= 2u && state % 2u == 1u && label_at(n, state) != label_at(n, state - 2u);
}

fn log_prob(t: u32, n: u32, label: u32) -> f32 {
  return log_probs[(t * p.batch + n) * p.classes + label];
}

fn input_length(n: u32) -> u32 {
  return min(lengths[n], p.steps);
}

fn state_count(n: u32) -> u32 {
  return 2u * min(lengths[p.batch + n], p.labels) + 1u;
}

// Where the states of slot t of sequence n begin; slots 0..steps-1 are the forward sums, two more serve the backward ones.
fn slot(n: u32, t: u32) -> u32 {
  return (n * (p.steps + 2u) + t) * (2u * p.labels + 1u);
}
