// y (+)= x·keep/(1 - rate): each element is kept with probability 1 - rate, by a hash of seed, run, stream and index;
// the choice repeats after `period` elements.
// The same run gives the same choice, so that the backward pass is the same kernel on the gradient.
//
// x, y [count]; clock [4] = (position, runs, seed_low, seed_high). Threads: one an element, in a grid of two dimensions.
#import each_element
#import random
struct Params {
  count: u32,
  rate: f32,
  stream: u32,
  period: u32,
  accumulate: u32,
  x_offset: u32,
  y_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> clock: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  let run = random_word(clock[2], clock[3], clock[1]);
  let word = random_word(run, p.stream, i % p.period);
  // 24 bits against rate·2^24: both are exact in f32.
  let kept = f32(word >> 8u) >= p.rate * 16777216.0;
  var value = select(0.0, x[p.x_offset + i] / (1.0 - p.rate), kept);
  if (p.accumulate == 1u) {
    value += y[p.y_offset + i];
  }
  y[p.y_offset + i] = value;
}
