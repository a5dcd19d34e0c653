// y[i] = 1 where a[i] and b[i] are not 0 (any 0), or where one of them is not (any 1); else 0.
//
// a, b, y [count]. Threads: one an element.
#import each_element
struct Params {
  count: u32,
  any: u32,
  a_offset: u32,
  b_offset: u32,
  y_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  let left = a[p.a_offset + i] != 0u;
  let right = b[p.b_offset + i] != 0u;
  let counts = (left && right) || (p.any == 1u && (left || right));
  y[p.y_offset + i] = select(0u, 1u, counts);
}
