// to[g] = Σ l1·|w[i]| + l2·w[i]² over the i with i mod groups = g: partial sums that one more kernel adds.
//
// w [count], to [groups]. Threads: one a partial sum; no barrier.
#import each_element
struct Params {
  count: u32,
  groups: u32,
  l1: f32,
  l2: f32,
  w_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;

fn element_count() -> u32 {
  return p.groups;
}

fn compute_element(first: u32) {
  var sum = 0.0;
  for (var i = first; i < p.count; i += p.groups) {
    let value = w[p.w_offset + i];
    sum += p.l1 * abs(value) + p.l2 * value * value;
  }
  to[first] = sum;
}
