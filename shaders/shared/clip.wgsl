// (norm, scale) of gradients by the sum of their squares: norm = sqrt(total), scale = min(1, max_norm / (norm + p.norm_epsilon)),
// or 1 where p.max_norm is 0; 0 where the norm is not finite.

// By the bits: compilers may assume that there is no infinity and no NaN.
fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

fn norm_and_scale(total: f32) -> vec2<f32> {
  let norm = sqrt(total);
  if (!is_finite(total) || !is_finite(norm)) {
    return vec2<f32>(norm, 0.0);
  }
  if (p.max_norm > 0.0) {
    // The larger of the two divides, so that a norm of zero gives 1.
    return vec2<f32>(norm, p.max_norm / max(norm + p.norm_epsilon, p.max_norm));
  }
  return vec2<f32>(norm, 1.0);
}
