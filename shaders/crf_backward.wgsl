// beta_t(i) = log Σ_j exp(chain(i,j) + x(j) + beta(j)) over the step counted after, end(i) at the last one: what follows a tag.
//
// x, beta [T,N,K]; chain [K+2,K]; tags [T,N]. Threads: as shaders/shared/each_row.wgsl says.
struct Params {
  steps: u32,
  batch: u32,
  tag_count: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> chain: array<f32>;
@group(0) @binding(3) var<storage, read> tags: array<u32>;
@group(0) @binding(4) var<storage, read_write> beta: array<f32>;
#import crf_chain

fn follow(after: u32, i: u32) -> f32 {
  var largest = chain[i * p.tag_count] + x[after] + beta[after];
  for (var j = 1u; j < p.tag_count; j++) {
    largest = max(largest, chain[i * p.tag_count + j] + x[after + j] + beta[after + j]);
  }
  var sum = 0.0;
  for (var j = 0u; j < p.tag_count; j++) {
    sum += safe_exp(chain[i * p.tag_count + j] + x[after + j] + beta[after + j] - largest);
  }
  return largest + log(sum);
}

fn row_count() -> u32 {
  return p.batch;
}

fn compute_row(n: u32, lane: u32) {
  var after = 0u;
  var is_last = true;
  for (var back = 0u; back < p.steps; back++) {
    let t = p.steps - 1u - back;
    if (is_counted(t, n)) {
      let here = at_step(t, n);
      for (var i = lane; i < p.tag_count; i += LANES) {
        if (is_last) {
          beta[here + i] = chain[(p.tag_count + 1u) * p.tag_count + i];
        } else {
          beta[here + i] = follow(after, i);
        }
      }
      is_last = false;
      after = here;
    }
    row_barrier();
  }
}
