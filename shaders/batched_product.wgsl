// c[z] (+)= alpha·a[z]·b[z] for many small products: a [m,k], b [k,n], c [m,n], each with strides of its own for rows,
// columns and the two parts of z = outer·inner_batches + inner.
//
// Threads: one for 4x4 elements of a c, in registers; no barrier. At the edges a thread reads its last row or
// column again and writes nothing there.
#import each_element
struct Params {
  m: u32,
  n: u32,
  k: u32,
  batches: u32,
  inner_batches: u32,
  a_row: u32,
  a_col: u32,
  a_outer: u32,
  a_inner: u32,
  b_row: u32,
  b_col: u32,
  b_outer: u32,
  b_inner: u32,
  c_row: u32,
  c_col: u32,
  c_outer: u32,
  c_inner: u32,
  alpha: f32,
  accumulate: u32,
  a_offset: u32,
  b_offset: u32,
  c_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

fn store(first: u32, row: u32, col: u32, sums: vec4<f32>) {
  if (row >= p.m) {
    return;
  }
  store_one(first, row, col, sums.x);
  store_one(first, row, col + 1u, sums.y);
  store_one(first, row, col + 2u, sums.z);
  store_one(first, row, col + 3u, sums.w);
}

fn store_one(first: u32, row: u32, col: u32, sum: f32) {
  if (col >= p.n) {
    return;
  }
  let at = first + row * p.c_row + col * p.c_col;
  var value = p.alpha * sum;
  if (p.accumulate == 1u) {
    value += c[at];
  }
  c[at] = value;
}

// Pieces of 4x4 elements side by side, and in a whole product.
fn across() -> u32 {
  return (p.n + 3u) / 4u;
}

fn pieces() -> u32 {
  return (p.m + 3u) / 4u * across();
}

fn element_count() -> u32 {
  return pieces() * p.batches;
}

fn compute_element(i: u32) {
  let batch = i / pieces();
  let outer = batch / p.inner_batches;
  let inner = batch % p.inner_batches;
  let row = i % pieces() / across() * 4u;
  let col = i % across() * 4u;
  let rows = min(vec4<u32>(row) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(p.m - 1u));
  let cols = min(vec4<u32>(col) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(p.n - 1u));
  var a_at = rows * p.a_row + vec4<u32>(p.a_offset + outer * p.a_outer + inner * p.a_inner);
  var b_at = cols * p.b_col + vec4<u32>(p.b_offset + outer * p.b_outer + inner * p.b_inner);
  var sums_0 = vec4<f32>(0.0);
  var sums_1 = vec4<f32>(0.0);
  var sums_2 = vec4<f32>(0.0);
  var sums_3 = vec4<f32>(0.0);
  for (var k = 0u; k < p.k; k++) {
    let right = vec4<f32>(b[b_at.x], b[b_at.y], b[b_at.z], b[b_at.w]);
    sums_0 += a[a_at.x] * right;
    sums_1 += a[a_at.y] * right;
    sums_2 += a[a_at.z] * right;
    sums_3 += a[a_at.w] * right;
    a_at += vec4<u32>(p.a_col);
    b_at += vec4<u32>(p.b_row);
  }
  let first = p.c_offset + outer * p.c_outer + inner * p.c_inner;
  store(first, row, col, sums_0);
  store(first, row + 1u, col, sums_1);
  store(first, row + 2u, col, sums_2);
  store(first, row + 3u, col, sums_3);
}
