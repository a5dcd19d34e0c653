// The most probable tags of each sequence, Viterbi 1967: best_t(j) = x_t(j) + max_i (best(i) + chain(i,j)) over the step counted
// before, remembering i; then back from the best last tag. Of equal ones the first is taken. Steps that do not count get 0.
//
// x, best [T,N,K]; chain [K+2,K]; tags [T,N], of which those below K count; came_from [T,N,K]; decoded [T,N].
// Threads: as shaders/shared/each_row.wgsl says.
struct Params {
  steps: u32,
  batch: u32,
  tag_count: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> chain: array<f32>;
@group(0) @binding(3) var<storage, read> tags: array<u32>;
@group(0) @binding(4) var<storage, read_write> best: array<f32>;
@group(0) @binding(5) var<storage, read_write> came_from: array<u32>;
@group(0) @binding(6) var<storage, read_write> decoded: array<u32>;
#import crf_chain

fn row_count() -> u32 {
  return p.batch;
}

fn compute_row(n: u32, lane: u32) {
  var before = 0u;
  var is_first = true;
  for (var t = 0u; t < p.steps; t++) {
    if (is_counted(t, n)) {
      let here = at_step(t, n);
      for (var j = lane; j < p.tag_count; j += LANES) {
        var source = 0u;
        var most = chain[p.tag_count * p.tag_count + j];
        if (!is_first) {
          most = best[before] + chain[j];
          for (var i = 1u; i < p.tag_count; i++) {
            let other = best[before + i] + chain[i * p.tag_count + j];
            if (other > most) {
              most = other;
              source = i;
            }
          }
        }
        best[here + j] = x[here + j] + most;
        came_from[here + j] = source;
      }
      before = here;
      is_first = false;
    }
    row_barrier();
  }
  if (lane > 0u) {
    return;
  }
  let end = (p.tag_count + 1u) * p.tag_count;
  var tag = 0u;
  if (!is_first) {
    for (var j = 1u; j < p.tag_count; j++) {
      if (best[before + j] + chain[end + j] > best[before + tag] + chain[end + tag]) {
        tag = j;
      }
    }
  }
  for (var back = 0u; back < p.steps; back++) {
    let t = p.steps - 1u - back;
    if (is_counted(t, n)) {
      decoded[t * p.batch + n] = tag;
      tag = came_from[at_step(t, n) + tag];
    } else {
      decoded[t * p.batch + n] = 0u;
    }
  }
}
