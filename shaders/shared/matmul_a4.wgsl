// The left operand, and four elements of it side by side; `at` is a multiple of 4 where a is read by vec4.
#if VECTOR_A
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;
#else
@group(0) @binding(1) var<storage, read> a: array<f32>;
#endif
fn a4(at: u32) -> vec4<f32> {
#if VECTOR_A
  return a[at / 4u];
#else
  return vec4<f32>(a[at], a[at + 1u], a[at + 2u], a[at + 3u]);
#endif
}
