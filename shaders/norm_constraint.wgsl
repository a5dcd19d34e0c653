// w[o,:,i] is scaled to a norm between two limits: w·(rate·clamp(n, low, high) + (1 - rate)·n) / (n + epsilon), where n
// is the Euclidean norm of w[o,:,i].
//
// w [outer,length,inner] is read and overwritten. Threads: one a vector w[o,:,i]; no barrier.
#import each_element
struct Params {
  outer: u32,
  length: u32,
  inner: u32,
  low: f32,
  high: f32,
  rate: f32,
  epsilon: f32,
  w_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;

fn element_count() -> u32 {
  return p.outer * p.inner;
}

fn compute_element(column: u32) {
  let first = p.w_offset + column / p.inner * p.length * p.inner + column % p.inner;
  var sum = 0.0;
  for (var k = 0u; k < p.length; k++) {
    let value = w[first + k * p.inner];
    sum += value * value;
  }
  let norm = sqrt(sum);
  let wanted = p.rate * min(max(norm, p.low), p.high) + (1.0 - p.rate) * norm;
  let scale = wanted / (norm + p.epsilon);
  for (var k = 0u; k < p.length; k++) {
    w[first + k * p.inner] *= scale;
  }
}
