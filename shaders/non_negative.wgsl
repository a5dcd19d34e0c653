// w = max(w, 0).
//
// w [count] is read and overwritten. Threads: one an element.
#import each_element
struct Params {
  count: u32,
  w_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  if (w[p.w_offset + i] < 0.0) {
    w[p.w_offset + i] = 0.0;
  }
}
