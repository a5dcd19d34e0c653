// a = m·a + (1 - m)·w, where m = hyper[6], or a = w where there is no average yet; then w = a where hyper[7] is above 0.
//
// No average is the bits of +0, as storage is at first; an average of zero is kept as -0. Averages are moved as bits,
// because compilers need not keep the sign of a zero.
//
// Threads: one an element.
#import each_element
struct Params {
  size: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> hyper: array<f32>;
@group(0) @binding(2) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> average: array<f32>;

fn element_count() -> u32 {
  return p.size;
}

fn compute_element(i: u32) {
  let before = bitcast<u32>(average[i]);
  let w = parameters[i];
  var a = w;
  if (before != 0u) {
    a = hyper[6] * bitcast<f32>(before) + (1.0 - hyper[6]) * w;
  }
  let bits = bitcast<u32>(a);
  average[i] = bitcast<f32>(select(bits, 0x80000000u, bits == 0u));
  if (hyper[7] > 0.0) {
    parameters[i] = a;
  }
}
