// The activations of a general cell: f of the gates, g of the candidate, h of the output; what is clipped before f and g
// passes no gradient beyond the clip. Kinds are constants, alpha and beta are params. NaN is passed on.
#import activation_value
#import activation_slope

fn clipped(a: f32) -> f32 {
#if CLIPPED
  return select(clamp(a, -p.clip, p.clip), a, is_nan(a));
#else
  return a;
#endif
}

fn within_clip(a: f32) -> f32 {
#if CLIPPED
  return select(0.0, 1.0, abs(a) < p.clip);
#else
  return 1.0;
#endif
}

fn gate(a: f32) -> f32 {
  return select(activation_value(F_KIND, clipped(a), p.f_alpha, p.f_beta), a, is_nan(a));
}

fn gate_slope(a: f32) -> f32 {
  return within_clip(a) * activation_slope(F_KIND, clipped(a), p.f_alpha, p.f_beta);
}

fn candidate(a: f32) -> f32 {
  return select(activation_value(G_KIND, clipped(a), p.g_alpha, p.g_beta), a, is_nan(a));
}

fn candidate_slope(a: f32) -> f32 {
  return within_clip(a) * activation_slope(G_KIND, clipped(a), p.g_alpha, p.g_beta);
}

fn squashed(c: f32) -> f32 {
  return select(activation_value(H_KIND, c, p.h_alpha, p.h_beta), c, is_nan(c));
}

fn squashed_slope(c: f32) -> f32 {
  return activation_slope(H_KIND, c, p.h_alpha, p.h_beta);
}
