// Gradient descent: v = momentum·v + hyper[1]·g;  w -= hyper[2]·v, or hyper[2]·(hyper[1]·g + momentum·v) with NESTEROV.
//
// Without MOMENTUM w -= hyper[0]·g, and velocity is not touched. hyper = (rate, rate into the velocity, rate out of it).
// Clipping, decay and threads: as shaders/shared/weight_update.wgsl says.
#import weight_update
struct Params {
#import weight_update_params
  nesterov: u32,
  momentum: f32,
}
@group(0) @binding(5) var<storage, read_write> velocity: array<f32>;

fn stepped(i: u32, g: f32, weight: f32) -> f32 {
#if MOMENTUM
  let step = hyper[1] * g;
  let v = p.momentum * velocity[i] + step;
  velocity[i] = v;
#if NESTEROV
  return weight - hyper[2] * (step + p.momentum * v);
#else
  return weight - hyper[2] * v;
#endif
#else
  return weight - hyper[0] * g;
#endif
}
