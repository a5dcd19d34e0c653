// Cuts one window of truncated BPTT out of the corpus, at the position where the clock stands:
//   at = (n·jump + position + t) mod length;  ids[t,n] = corpus[at];  labels[t,n] = corpus[at + 1]
//
// corpus [length + 1]; clock [4], word 0 is the position. Threads: one an element of ids, 64 in a workgroup.
#import each_element
struct Params {
  window: u32,
  batch: u32,
  jump: u32,
  length: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> corpus: array<u32>;
@group(0) @binding(2) var<storage, read> clock: array<u32>;
@group(0) @binding(3) var<storage, read_write> ids: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels: array<u32>;

fn element_count() -> u32 {
  return p.window * p.batch;
}

fn compute_element(i: u32) {
  let t = i / p.batch;
  let n = i % p.batch;
  let at = (n * p.jump + clock[0] + t) % p.length;
  ids[i] = corpus[at];
  labels[i] = corpus[at + 1u];
}
