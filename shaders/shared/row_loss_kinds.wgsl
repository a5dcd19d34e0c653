// The losses of single elements: value of target t and prediction o, and slope over o; KIND chooses, by the numbers of
// src/kernels/row_loss_kinds.ts, where the formulas are. Probabilities are kept from 0 and 1 by 1e-7, as in Keras.
#import special_functions
const EPSILON = 1e-7;
const BELOW_ONE = 0.99999988;

fn power(x: f32, y: f32) -> f32 {
  if (y == 0.0) {
    return 1.0;
  }
  return select(pow(max(x, 1e-30), y), 0.0, x <= 0.0);
}

fn clipped(o: f32) -> f32 {
  return clamp(o, EPSILON, BELOW_ONE);
}

fn is_within(o: f32, high: f32) -> bool {
  return o >= EPSILON && o <= high;
}

fn binary_value(t: f32, o: f32) -> f32 {
  let c = clipped(o);
  return -(t * log(c) + (1.0 - t) * log(1.0 - c));
}

fn binary_slope(t: f32, o: f32) -> f32 {
  let c = clipped(o);
  return select(0.0, (c - t) / (c * (1.0 - c)), is_within(o, BELOW_ONE));
}

fn rest_of(t: f32, o: f32) -> f32 {
  return 1.0 - (t * o + (1.0 - t) * (1.0 - o));
}

fn balance(t: f32) -> f32 {
  return select(t * p.alpha + (1.0 - t) * (1.0 - p.alpha), 1.0, p.alpha < 0.0);
}

fn hinge_target(t: f32) -> f32 {
  return select(t, -1.0, t == 0.0);
}

fn value_of(t: f32, o: f32, weight: f32) -> f32 {
  let e = abs(o - t);
  switch KIND {
    case 0u: { // squared
      return e * e;
    }
    case 1u: { // absolute
      return e;
    }
    case 2u: { // absolute percentage
      return 100.0 * e / max(abs(t), EPSILON);
    }
    case 3u: { // squared logarithmic
      let d = log_one_plus(max(o, EPSILON)) - log_one_plus(max(t, EPSILON));
      return d * d;
    }
    case 4u: { // huber
      return p.gamma * select(p.alpha * e - 0.5 * p.alpha * p.alpha, 0.5 * e * e, e <= p.alpha);
    }
    case 5u: { // log cosh; by its series where the terms cancel
      return select(e + log_one_plus(safe_exp(-2.0 * e)) - 0.6931471806, e * e * (0.5 - e * e / 12.0), e < 0.1);
    }
    case 6u: { // poisson
      return o - t * log(o + EPSILON);
    }
    case 7u: { // hinge
      return max(1.0 - hinge_target(t) * o, 0.0);
    }
    case 8u: { // squared hinge
      let h = max(1.0 - hinge_target(t) * o, 0.0);
      return h * h;
    }
    case 9u: { // binary cross entropy of logits
      return (1.0 - t) * o + (1.0 + (weight - 1.0) * t) * softplus(-o);
    }
    case 10u: { // binary cross entropy
      return binary_value(t, o);
    }
    case 11u: { // binary focal
      return balance(t) * power(rest_of(t, o), p.gamma) * binary_value(t, o);
    }
    case 12u: { // divergence
      let c = clamp(t, EPSILON, 1.0);
      return c * log(c / clamp(o, EPSILON, 1.0));
    }
    case 13u: { // categorical
      return -weight * t * log(clipped(o));
    }
    case 14u: { // categorical focal
      let c = clipped(o);
      return -p.alpha * weight * t * power(1.0 - c, p.gamma) * log(c);
    }
    case 15u: { // generalized
      return t * (1.0 - power(o, p.alpha)) / p.alpha;
    }
    case 16u: { // divergence of a logarithm
      return select(0.0, t * log(max(t, 1e-30)), t > 0.0) - t * o;
    }
    default: { // negative logarithm
      return -weight * t * o;
    }
  }
}

fn slope_of(t: f32, o: f32, weight: f32) -> f32 {
  switch KIND {
    case 0u: {
      return 2.0 * (o - t);
    }
    case 1u: {
      return sign(o - t);
    }
    case 2u: {
      return 100.0 * sign(o - t) / max(abs(t), EPSILON);
    }
    case 3u: {
      let c = max(o, EPSILON);
      let d = log_one_plus(c) - log_one_plus(max(t, EPSILON));
      return select(2.0 * d / (1.0 + c), 0.0, o < EPSILON);
    }
    case 4u: {
      return p.gamma * clamp(o - t, -p.alpha, p.alpha);
    }
    case 5u: {
      return safe_tanh(o - t);
    }
    case 6u: {
      return 1.0 - t / (o + EPSILON);
    }
    case 7u: {
      return select(0.0, -hinge_target(t), 1.0 - hinge_target(t) * o > 0.0);
    }
    case 8u: {
      return -2.0 * hinge_target(t) * max(1.0 - hinge_target(t) * o, 0.0);
    }
    case 9u: {
      return 1.0 - t - (1.0 + (weight - 1.0) * t) * sigmoid(-o);
    }
    case 10u: {
      return binary_slope(t, o);
    }
    case 11u: {
      let rest = rest_of(t, o);
      let steep = p.gamma * power(rest, p.gamma - 1.0) * (1.0 - 2.0 * t) * binary_value(t, o);
      return balance(t) * (steep + power(rest, p.gamma) * binary_slope(t, o));
    }
    case 12u: {
      return select(0.0, -clamp(t, EPSILON, 1.0) / clamp(o, EPSILON, 1.0), is_within(o, 1.0));
    }
    case 13u: {
      return select(0.0, -weight * t / clipped(o), is_within(o, BELOW_ONE));
    }
    case 14u: {
      let c = clipped(o);
      let steep = power(1.0 - c, p.gamma) / c - p.gamma * power(1.0 - c, p.gamma - 1.0) * log(c);
      return select(0.0, -p.alpha * weight * t * steep, is_within(o, BELOW_ONE));
    }
    case 15u: {
      return -t * power(o, p.alpha - 1.0);
    }
    case 16u: {
      return -t;
    }
    default: {
      return -weight * t;
    }
  }
}
