// d loss/d chain: for tags i and j Σ over sequences and pairs of steps that follow each other of
// (P(i, then j) - [they are the given ones])·scale, with P = exp(alpha(i) + chain(i,j) + x(j) + beta(j) - log Z); rows K and
// K+1 are the same for the first tag and the last.
//
// x, alpha, beta [T,N,K]; chain, slopes [K+2,K], added to where asked; tags [T,N]; summary [3,N].
// Threads: as shaders/shared/each_row.wgsl says, an element of the chain being a row, and its columns the sequences.
#import activation
#import row_sums
struct Params {
  steps: u32,
  batch: u32,
  tag_count: u32,
  accumulate: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> chain: array<f32>;
@group(0) @binding(3) var<storage, read> tags: array<u32>;
@group(0) @binding(4) var<storage, read> alpha: array<f32>;
@group(0) @binding(5) var<storage, read> beta: array<f32>;
@group(0) @binding(6) var<storage, read> summary: array<f32>;
@group(0) @binding(7) var<storage, read_write> slopes: array<f32>;

fn excess(probability: f32, is_given: bool) -> f32 {
  return probability - select(0.0, 1.0, is_given);
}

// What sequence n adds to element (from, to).
fn part_of(n: u32, from_tag: u32, to_tag: u32) -> f32 {
  let log_z = summary[p.batch + n];
  var sum = 0.0;
  var before = 0u;
  var is_first = true;
  for (var t = 0u; t < p.steps; t++) {
    let step = t * p.batch + n;
    if (tags[step] >= p.tag_count) {
      continue;
    }
    let here = step * p.tag_count + to_tag;
    if (from_tag < p.tag_count && !is_first) {
      let weight = alpha[before * p.tag_count + from_tag] + chain[from_tag * p.tag_count + to_tag];
      let probability = safe_exp(weight + x[here] + beta[here] - log_z);
      sum += excess(probability, tags[before] == from_tag && tags[step] == to_tag);
    } else if (from_tag == p.tag_count && is_first) {
      sum += excess(safe_exp(alpha[here] + beta[here] - log_z), tags[step] == to_tag);
    }
    before = step;
    is_first = false;
  }
  if (from_tag == p.tag_count + 1u && !is_first) {
    let last = before * p.tag_count + to_tag;
    sum = excess(safe_exp(alpha[last] + beta[last] - log_z), tags[before] == to_tag);
  }
  return summary[2u * p.batch + n] * sum;
}

fn row_count() -> u32 {
  return (p.tag_count + 2u) * p.tag_count;
}

fn compute_row(element: u32, lane: u32) {
  var part = 0.0;
  for (var n = lane; n < p.batch; n += LANES) {
    part += part_of(n, element / p.tag_count, element % p.tag_count);
  }
  let sum = row_sums(lane, vec2<f32>(part, 0.0)).x;
  if (lane == 0u) {
    slopes[element] = sum + select(0.0, slopes[element], p.accumulate == 1u);
  }
}
