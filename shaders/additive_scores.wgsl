// scores[q,n,k] = Σ_d scale[d]·tanh(query[q,n,d] + key[k,n,d]), without scale where scaled is 0.
//
// query [queries,batch,units], key [keys,batch,units], scale [units], scores [queries,batch,keys]. Threads: one a score.
#import activation
#import each_element
struct Params {
  queries: u32,
  keys: u32,
  batch: u32,
  units: u32,
  scaled: u32,
  query_offset: u32,
  key_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> query: array<f32>;
@group(0) @binding(2) var<storage, read> key: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;

fn element_count() -> u32 {
  return p.queries * p.batch * p.keys;
}

fn compute_element(i: u32) {
  let sample = i / p.keys % p.batch;
  let query_at = p.query_offset + i / p.keys * p.units;
  let key_at = p.key_offset + (i % p.keys * p.batch + sample) * p.units;
  var sum = 0.0;
  for (var d = 0u; d < p.units; d++) {
    var value = safe_tanh(query[query_at + d] + key[key_at + d]);
    if (p.scaled == 1u) {
      value *= scale[d];
    }
    sum += value;
  }
  scores[i] = sum;
}
