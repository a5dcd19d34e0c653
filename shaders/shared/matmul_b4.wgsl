// Four elements of b side by side; `at` is a multiple of 4 where b is read by vec4.
#import matmul_operands
fn b4(at: u32) -> vec4<f32> {
#if VECTOR_B
  return b[at / 4u];
#else
  return vec4<f32>(b[at], b[at + 1u], b[at + 2u], b[at + 3u]);
#endif
}
