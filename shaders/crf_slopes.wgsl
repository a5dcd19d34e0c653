// slopes = d loss/dx = (P(tag at the step) - [it is the given one])·scale with P = exp(alpha + beta - log Z); 0 where a step
// does not count.
//
// alpha, beta, slopes [T,N,K]; tags [T,N]; summary [3,N]. Threads: one an element.
#import activation
#import each_element
struct Params {
  steps: u32,
  batch: u32,
  tag_count: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> alpha: array<f32>;
@group(0) @binding(2) var<storage, read> beta: array<f32>;
@group(0) @binding(3) var<storage, read> tags: array<u32>;
@group(0) @binding(4) var<storage, read> summary: array<f32>;
@group(0) @binding(5) var<storage, read_write> slopes: array<f32>;

fn element_count() -> u32 {
  return p.steps * p.batch * p.tag_count;
}

fn compute_element(i: u32) {
  let step = i / p.tag_count;
  let n = step % p.batch;
  let given = tags[step];
  if (given >= p.tag_count) {
    slopes[i] = 0.0;
    return;
  }
  let probability = safe_exp(alpha[i] + beta[i] - summary[p.batch + n]);
  slopes[i] = summary[2u * p.batch + n] * (probability - select(0.0, 1.0, i % p.tag_count == given));
}
