// y = f(x) elementwise; KIND chooses f, by the numbers of src/kernels/activation_kinds.ts.
//
// x, y [count]. Threads: one an element, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
#import special_functions
struct Params {
  count: u32,
  kind: u32,
  alpha: f32,
  x_offset: u32,
  y_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn value(x: f32) -> f32 {
  switch KIND {
    case 1u: { // sigmoid
      return sigmoid(x);
    }
    case 2u: { // tanh
      return safe_tanh(x);
    }
    case 3u: { // relu
      return max(x, 0.0);
    }
    case 4u: { // leaky relu
      return select(p.alpha * x, x, x > 0.0);
    }
    case 5u: { // elu
      return select(p.alpha * exp_minus_one(min(x, 0.0)), x, x > 0.0);
    }
    case 6u: { // selu
      return 1.0507009874 * select(1.6732632424 * exp_minus_one(min(x, 0.0)), x, x > 0.0);
    }
    case 7u: { // gelu
      return x * normal_cdf(x);
    }
    case 8u: { // gelu by tanh; 1 + tanh(u) = 2·sigmoid(2u) keeps the small values on the left
      let c = clamp(x, -10.0, 10.0);
      return x * sigmoid(1.5957691216 * c * (1.0 + 0.044715 * c * c));
    }
    case 9u: { // softplus
      return softplus(x);
    }
    case 10u: { // softsign
      return x / (1.0 + abs(x));
    }
    case 11u: { // silu
      return x * sigmoid(x);
    }
    case 12u: { // mish; tanh(softplus(x)) = n/(n + 2) with n = e^x·(e^x + 2)
      let e = safe_exp(min(x, 30.0));
      let n = e * (e + 2.0);
      return x * (n / (n + 2.0));
    }
    case 13u: { // hard sigmoid
      return clamp(x * (1.0 / 6.0) + 0.5, 0.0, 1.0);
    }
    case 14u: { // hard tanh
      return clamp(x, -1.0, 1.0);
    }
    case 15u: { // exp
      return safe_exp(x);
    }
    default: { // linear
      return x;
    }
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.count) {
    return;
  }
  let input = x[p.x_offset + i];
  y[p.y_offset + i] = select(value(input), input, is_nan(input));
}
