// dw (+)= l1·sign(w) + 2·l2·w, with sign(0) = 0.
//
// w, dw [count]. Threads: one an element.
#import each_element
struct Params {
  count: u32,
  l1: f32,
  l2: f32,
  accumulate: u32,
  w_offset: u32,
  dw_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> dw: array<f32>;

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  let value = w[p.w_offset + i];
  var sum = 2.0 * p.l2 * value;
  if (value > 0.0) {
    sum += p.l1;
  }
  if (value < 0.0) {
    sum -= p.l1;
  }
  if (p.accumulate == 1u) {
    sum += dw[p.dw_offset + i];
  }
  dw[p.dw_offset + i] = sum;
}
