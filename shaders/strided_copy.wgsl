// to[to_first + Σ iₖ·tₖ] (+)= factor·source[source_first + Σ iₖ·sₖ] over all i = (i0, i1, i2, i3), iₖ below nₖ:
// transposed axes, parts of tensors, and repeats (a source stride of 0). No two i may give one place of `to`.
//
// Threads: one an element; n0 follows from count.
#import each_element
struct Params {
  count: u32,
  n1: u32,
  n2: u32,
  n3: u32,
  s0: u32,
  s1: u32,
  s2: u32,
  s3: u32,
  t0: u32,
  t1: u32,
  t2: u32,
  t3: u32,
  source_first: u32,
  to_first: u32,
  factor: f32,
  accumulate: u32,
  source_offset: u32,
  to_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  let i3 = i % p.n3;
  let i2 = i / p.n3 % p.n2;
  let i1 = i / p.n3 / p.n2 % p.n1;
  let i0 = i / p.n3 / p.n2 / p.n1;
  let from_at = p.source_offset + p.source_first + i0 * p.s0 + i1 * p.s1 + i2 * p.s2 + i3 * p.s3;
  let at = p.to_offset + p.to_first + i0 * p.t0 + i1 * p.t1 + i2 * p.t2 + i3 * p.t3;
  var value = p.factor * source[from_at];
  if (p.accumulate == 1u) {
    value += to[at];
  }
  to[at] = value;
}
