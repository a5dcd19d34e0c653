// y[row,:] = table[ids[row],:]; table is [vocabulary, size]; an id beyond it reads the last row.
//
// Threads: one for four elements side by side where size is a multiple of 4 (VECTOR), else for one.
#import each_element
struct Params {
  rows: u32,
  size: u32,
  vocabulary: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
#if VECTOR
@group(0) @binding(2) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
#else
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
#endif

// Elements, or vec4, of a row.
fn row_width() -> u32 {
#if VECTOR
  return p.size / 4u;
#else
  return p.size;
#endif
}

fn element_count() -> u32 {
  return p.rows * row_width();
}

fn compute_element(i: u32) {
  let width = row_width();
  let id = min(ids[i / width], p.vocabulary - 1u);
  y[i] = table[id * width + i % width];
}
