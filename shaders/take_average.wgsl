// w = a where there is an average; with `exchange` a = w in return. The bits of +0 are no average, zero is kept as -0.
//
// Threads: one an element.
#import each_element
struct Params {
  size: u32,
  exchange: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(2) var<storage, read_write> average: array<f32>;

fn element_count() -> u32 {
  return p.size;
}

fn compute_element(i: u32) {
  let a = bitcast<u32>(average[i]);
  if (a == 0u) {
    return;
  }
  let w = bitcast<u32>(parameters[i]);
  parameters[i] = bitcast<f32>(a);
  if (p.exchange == 1u) {
    average[i] = bitcast<f32>(select(w, 0x80000000u, w == 0u));
  }
}
