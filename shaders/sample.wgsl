// Draws one token a row from softmax(logits / temperature), by the Gumbel-max trick:
//   token[row] = argmax over v of logits[row,v] + temperature·gumbel(row, v), among the top_k largest logits
//
// options = (temperature, top_k); temperature 0 takes the largest logit, top_k 0 takes all; ties go to the lowest index.
// logits equal to the k-th largest all count. The token is also written to tape [capacity, rows] at runs mod capacity.
// Workgroups: one a row, 64 threads. Workgroup memory: 128 counters of the k-th largest, 64 best scores and tokens.
#import random
#import linear_index
struct Params {
  rows: u32,
  vocabulary: u32,
  capacity: u32,
  stream: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> options: array<f32>;
@group(0) @binding(3) var<storage, read> clock: array<u32>;
@group(0) @binding(4) var<storage, read_write> token: array<u32>;
@group(0) @binding(5) var<storage, read_write> tape: array<u32>;

const NONE = 0xffffffffu;
var<workgroup> counts: array<atomic<u32>, 128>;
var<workgroup> scores: array<f32, 64>;
var<workgroup> tokens: array<u32, 64>;

// Bits whose unsigned order is the order of the numbers; both zeros are one number.
fn sortable(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  if (bits == 0x80000000u) {
    return 0x80000000u;
  }
  return select(bits ^ 0x80000000u, ~bits, bits >= 0x80000000u);
}

// The k-th largest of a row as sortable bits: eight digits of 4 bits from the top, each with counters of its own.
fn kth_largest(first: u32, k: u32, thread: u32) -> u32 {
  atomicStore(&counts[thread], 0u);
  atomicStore(&counts[thread + 64u], 0u);
  workgroupBarrier();
  var prefix = 0u;
  var known = 0u;
  var rank = k;
  for (var digit = 0u; digit < 8u; digit++) {
    let shift = 28u - 4u * digit;
    for (var v = thread; v < p.vocabulary; v += 64u) {
      let bits = sortable(logits[first + v]);
      if ((bits & known) == prefix) {
        atomicAdd(&counts[16u * digit + ((bits >> shift) & 15u)], 1u);
      }
    }
    workgroupBarrier();
    var value = 15u;
    var count = atomicLoad(&counts[16u * digit + value]);
    while (value > 0u && count < rank) {
      rank -= count;
      value--;
      count = atomicLoad(&counts[16u * digit + value]);
    }
    prefix |= value << shift;
    known |= 15u << shift;
  }
  return prefix;
}

// -log(-log(1 - w)) for w in (0, 1). Large values come from small w, where the logarithm of a number near 1
// would lose all digits: there the series of -log(1 - w) stands in. 23 bits make w and 1 - w exact in f32.
fn gumbel(word: u32) -> f32 {
  let w = unit_interval(word);
  if (w < 0.03125) {
    return -log(w * (1.0 + w * (0.5 + w * (0.33333333 + w * 0.25))));
  }
  return -log(-log(1.0 - w));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = linear_index(group, groups, 0u, 1u);
  if (row >= p.rows) {
    return;
  }
  let first = row * p.vocabulary;
  let temperature = options[0];
  let top_k = u32(max(options[1], 0.0));
  var threshold = 0u;
  if (top_k > 0u && top_k < p.vocabulary) {
    threshold = kth_largest(first, top_k, thread);
  }
  let key = random_word(random_word(clock[2], clock[3], p.stream), clock[1], row);
  var best = 0.0;
  var best_token = NONE;
  for (var v = thread; v < p.vocabulary; v += 64u) {
    let logit = logits[first + v];
    if (sortable(logit) < threshold) {
      continue;
    }
    var score = logit;
    if (temperature > 0.0) {
      score += temperature * gumbel(random_word(key, row, v));
    }
    if (best_token == NONE || score > best) {
      best = score;
      best_token = v;
    }
  }
  scores[thread] = best;
  tokens[thread] = best_token;
  workgroupBarrier();
  if (thread != 0u) {
    return;
  }
  for (var i = 1u; i < 64u; i++) {
    let candidate = tokens[i];
    if (candidate == NONE) {
      continue;
    }
    if (best_token == NONE || scores[i] > best || (scores[i] == best && candidate < best_token)) {
      best = scores[i];
      best_token = candidate;
    }
  }
  token[row] = best_token;
  tape[clock[1] % p.capacity * p.rows + row] = best_token;
}
