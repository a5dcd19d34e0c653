// d_own[t,n,d] (+)= Σ_u ds·scale[d]·(1 - y²), y = tanh(own[t,n,d] + other[u,n,d]), and where wanted parts[t,n,d] = Σ_u ds·y,
// whose sum over rows is the gradient of scale. Own is the query or the key, other the other one.
//
// own, d_own, parts [steps,batch,units], other [others,batch,units]; ds of (t,n,u) is
// scores[t·own_step + n·batch_step + u·other_step]. tanh is computed again, so that nothing of four axes is stored.
// Threads: one an element of own.
#import activation
#import each_element
struct Params {
  steps: u32,
  others: u32,
  batch: u32,
  units: u32,
  own_step: u32,
  other_step: u32,
  batch_step: u32,
  scaled: u32,
  wanted: u32,
  accumulate: u32,
  own_offset: u32,
  other_offset: u32,
  d_own_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> own: array<f32>;
@group(0) @binding(2) var<storage, read> other: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read> scores: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_own: array<f32>;
@group(0) @binding(6) var<storage, read_write> parts: array<f32>;

fn element_count() -> u32 {
  return p.steps * p.batch * p.units;
}

fn compute_element(i: u32) {
  let unit = i % p.units;
  let sample = i / p.units % p.batch;
  let step = i / p.units / p.batch;
  let value = own[p.own_offset + i];
  var other_at = p.other_offset + sample * p.units + unit;
  var score_at = step * p.own_step + sample * p.batch_step;
  var slopes = 0.0;
  var products = 0.0;
  for (var u = 0u; u < p.others; u++) {
    let y = safe_tanh(value + other[other_at]);
    let ds = scores[score_at];
    slopes += ds * (1.0 - y * y);
    products += ds * y;
    other_at += p.batch * p.units;
    score_at += p.other_step;
  }
  if (p.scaled == 1u) {
    slopes *= scale[unit];
  }
  if (p.accumulate == 1u) {
    slopes += d_own[p.d_own_offset + i];
  }
  d_own[p.d_own_offset + i] = slopes;
  if (p.wanted == 1u) {
    parts[i] = products;
  }
}
