// lengths[0,n] = the steps of sequence n: those given, or the sum of its mask, or all; lengths[1,n] = its labels: those given,
// or how many are not the padding.
//
// mask [T,N]; steps_given, labels_given [N]; targets [N,S]; lengths [2,N].
// Threads: one a sequence.
#import each_element
struct Params {
  steps: u32,
  batch: u32,
  labels: u32,
  padding: u32,
  masked: u32,
  has_steps: u32,
  has_labels: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> steps_given: array<u32>;
@group(0) @binding(3) var<storage, read> labels_given: array<u32>;
@group(0) @binding(4) var<storage, read> targets: array<u32>;
@group(0) @binding(5) var<storage, read_write> lengths: array<u32>;

fn element_count() -> u32 {
  return p.batch;
}

fn compute_element(n: u32) {
  var steps = p.steps;
  if (p.has_steps == 1u) {
    steps = min(steps_given[n], p.steps);
  } else if (p.masked == 1u) {
    steps = 0u;
    for (var t = 0u; t < p.steps; t++) {
      steps += select(0u, 1u, mask[t * p.batch + n] != 0u);
    }
  }
  var labels = 0u;
  if (p.has_labels == 1u) {
    labels = min(labels_given[n], p.labels);
  } else {
    for (var i = 0u; i < p.labels; i++) {
      labels += select(0u, 1u, targets[n * p.labels + i] != p.padding);
    }
  }
  lengths[n] = steps;
  lengths[p.batch + n] = labels;
}
