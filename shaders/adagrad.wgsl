// AdaGrad: s += g²;  w -= rate·g / (sqrt(initial + s) + epsilon)
//
// hyper[0] is the learning rate. Clipping, decay and threads: as shaders/shared/weight_update.wgsl says.
#import weight_update
struct Params {
#import weight_update_params
  initial: f32,
  epsilon: f32,
}
@group(0) @binding(5) var<storage, read_write> square: array<f32>;

fn stepped(i: u32, g: f32, weight: f32) -> f32 {
  let s = square[i] + g * g;
  square[i] = s;
  return weight - hyper[0] * g / (sqrt(p.initial + s) + p.epsilon);
}
