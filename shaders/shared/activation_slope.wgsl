// The derivatives f'(x) of elementwise activations; `kind` is the number of f in src/kernels/activation_kinds.ts.
#import special_functions

fn activation_slope(kind: u32, x: f32, alpha: f32, beta: f32) -> f32 {
  switch kind {
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
      return select(alpha, 1.0, x > 0.0);
    }
    case 5u: { // elu
      return select(alpha * safe_exp(min(x, 0.0)), 1.0, x > 0.0);
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
      let y = x * alpha + beta;
      return select(0.0, alpha, y > 0.0 && y < 1.0);
    }
    case 14u: { // hard tanh
      return select(0.0, 1.0, abs(x) < 1.0);
    }
    case 15u: { // exp
      return safe_exp(x);
    }
    case 16u: { // thresholded relu
      return select(0.0, 1.0, x > alpha);
    }
    case 17u: { // scaled tanh
      let y = safe_tanh(beta * x);
      return alpha * beta * (1.0 - y * y);
    }
    case 18u: { // affine
      return alpha;
    }
    case 19u: { // relu6
      return select(0.0, 1.0, x > 0.0 && x < 6.0);
    }
    case 20u: { // hard silu
      return clamp(x / 6.0 + 0.5, 0.0, 1.0) + select(0.0, x / 6.0, abs(x) < 3.0);
    }
    case 21u: { // celu
      return select(safe_exp(min(x, 0.0) / alpha), 1.0, x > 0.0);
    }
    case 22u: { // log sigmoid
      return sigmoid(-x);
    }
    case 23u: { // tanh shrink
      let y = safe_tanh(x);
      return y * y;
    }
    case 24u, 25u: { // soft and hard shrink
      return select(0.0, 1.0, abs(x) > alpha);
    }
    case 26u: { // squareplus
      return 0.5 * (1.0 + x / sqrt(x * x + alpha));
    }
    case 27u: { // sparse plus
      return clamp(0.5 * (x + 1.0), 0.0, 1.0);
    }
    case 28u: { // sparse sigmoid
      return select(0.0, 0.5, abs(x) < 1.0);
    }
    default: { // linear
      return 1.0;
    }
  }
}
