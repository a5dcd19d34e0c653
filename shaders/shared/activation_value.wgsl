// The elementwise activations f(x); `kind` is the number of f in src/kernels/activation_kinds.ts, alpha and beta its parameters.
#import special_functions

fn activation_value(kind: u32, x: f32, alpha: f32, beta: f32) -> f32 {
  switch kind {
    case 1u: { // sigmoid
      return sigmoid(x);
    }
    case 2u: { // tanh
      return safe_tanh(x);
    }
    case 3u: { // relu
      return select(max(x, 0.0), x, is_nan(x));
    }
    case 4u: { // leaky relu
      return select(alpha * x, x, x > 0.0);
    }
    case 5u: { // elu
      return select(alpha * exp_minus_one(min(x, 0.0)), x, x > 0.0);
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
      return select(clamp(x * alpha + beta, 0.0, 1.0), x, is_nan(x));
    }
    case 14u: { // hard tanh
      return select(clamp(x, -1.0, 1.0), x, is_nan(x));
    }
    case 15u: { // exp
      return safe_exp(x);
    }
    case 16u: { // thresholded relu
      return select(0.0, x, x > alpha || is_nan(x));
    }
    case 17u: { // scaled tanh
      return alpha * safe_tanh(beta * x);
    }
    case 18u: { // affine
      return alpha * x + beta;
    }
    case 19u: { // relu6
      return select(clamp(x, 0.0, 6.0), x, is_nan(x));
    }
    case 20u: { // hard silu
      return x * clamp(x / 6.0 + 0.5, 0.0, 1.0);
    }
    case 21u: { // celu
      return select(alpha * exp_minus_one(min(x, 0.0) / alpha), x, x > 0.0);
    }
    case 22u: { // log sigmoid
      return -softplus(-x);
    }
    case 23u: { // tanh shrink
      return x - safe_tanh(x);
    }
    case 24u: { // soft shrink
      return select(0.0, x - sign(x) * alpha, abs(x) > alpha || is_nan(x));
    }
    case 25u: { // hard shrink
      return select(0.0, x, abs(x) > alpha || is_nan(x));
    }
    case 26u: { // squareplus; left of zero in the form that does not cancel
      let root = sqrt(x * x + alpha);
      return select(0.5 * alpha / (root - x), 0.5 * (x + root), x > 0.0);
    }
    case 27u: { // sparse plus
      let y = 0.25 * (x + 1.0) * (x + 1.0);
      return select(select(y, x, x >= 1.0 || is_nan(x)), 0.0, x <= -1.0);
    }
    case 28u: { // sparse sigmoid
      return select(clamp(0.5 * (x + 1.0), 0.0, 1.0), x, is_nan(x));
    }
    default: { // linear
      return x;
    }
  }
}
