// dx (+)= dy·f'(x) elementwise; KIND chooses f, by the numbers of src/kernels/activation_kinds.ts.
//
// x, dy, dx [count]. Threads: one an element, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
#import special_functions
struct Params {
  count: u32,
  kind: u32,
  alpha: f32,
  accumulate: u32,
  x_offset: u32,
  dy_offset: u32,
  dx_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn slope(x: f32) -> f32 {
  switch KIND {
    case 1u: { // sigmoid
      let s = sigmoid(x);
      return s * (1.0 - s);
    }
    case 2u: { // tanh
      let y = safe_tanh(x);
      return 1.0 - y * y;
    }
    case 3u: { // relu
      return select(0.0, 1.0, x > 0.0);
    }
    case 4u: { // leaky relu
      return select(p.alpha, 1.0, x > 0.0);
    }
    case 5u: { // elu
      return select(p.alpha * safe_exp(min(x, 0.0)), 1.0, x > 0.0);
    }
    case 6u: { // selu
      return 1.0507009874 * select(1.6732632424 * safe_exp(min(x, 0.0)), 1.0, x > 0.0);
    }
    case 7u: { // gelu
      let c = clamp(x, -13.0, 13.0);
      return normal_cdf(x) + c * safe_exp(-0.5 * c * c) * 0.3989422804;
    }
    case 8u: { // gelu by tanh
      let c = clamp(x, -10.0, 10.0);
      let s = sigmoid(1.5957691216 * c * (1.0 + 0.044715 * c * c));
      return s + c * s * (1.0 - s) * 1.5957691216 * (1.0 + 0.134145 * c * c);
    }
    case 9u: { // softplus
      return sigmoid(x);
    }
    case 10u: { // softsign
      let below = 1.0 / (1.0 + abs(x));
      return below * below;
    }
    case 11u: { // silu
      let s = sigmoid(x);
      return s * (1.0 + x * (1.0 - s));
    }
    case 12u: { // mish; t = n/(n + 2), 1 - t² = 4(n + 1)/(n + 2)²
      let c = min(x, 30.0);
      let e = safe_exp(c);
      let n = e * (e + 2.0);
      let below = 1.0 / (n + 2.0);
      return n * below + c * sigmoid(c) * (4.0 * ((n + 1.0) * below) * below);
    }
    case 13u: { // hard sigmoid
      return select(0.0, 1.0 / 6.0, abs(x) < 3.0);
    }
    case 14u: { // hard tanh
      return select(0.0, 1.0, abs(x) < 1.0);
    }
    case 15u: { // exp
      return safe_exp(x);
    }
    default: { // linear
      return 1.0;
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
  var value = dy[p.dy_offset + i] * slope(x[p.x_offset + i]);
  if (p.accumulate == 1u) {
    value += dx[p.dx_offset + i];
  }
  dx[p.dx_offset + i] = value;
}
