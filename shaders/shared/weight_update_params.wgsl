// The params of all optimizers, for weight_update.wgsl; those of the optimizer's rule follow.
  size: u32,
  partials: u32,
  max_norm: f32,
  norm_epsilon: f32,
  clip_value: f32,
  l2: f32,
  weight_decay: f32,
