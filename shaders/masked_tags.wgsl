// y = the tag of a step that counts, 4294967295 where the mask is 0; without tags, 0 for a step that counts.
//
// mask, tags, y [count]. Threads: one an element.
#import each_element
struct Params {
  count: u32,
  masked: u32,
  tagged: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> tags: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  var tag = 0u;
  if (p.tagged == 1u) {
    tag = tags[i];
  }
  if (p.masked == 1u && mask[i] == 0u) {
    tag = 4294967295u;
  }
  y[i] = tag;
}
