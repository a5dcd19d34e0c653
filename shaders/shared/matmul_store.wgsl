// The end of both matrix products: an element of c gets the bias rows and what it held before; past an edge nothing is
// written. Uses the params, bias and c of the kernel that imports it.
fn store(row: u32, col: u32, slice: u32, value: f32) {
  if (row >= p.m || col >= p.n) {
    return;
  }
  var sum = value;
  if (p.bias_rows > 0u) {
    sum += bias[col];
  }
  if (p.bias_rows > 1u) {
    sum += bias[p.n + col];
  }
  let at = p.c_offset + slice * p.c_slice + row * p.ldc + col;
  if (p.accumulate == 1u) {
    sum += c[at];
  }
  c[at] = sum;
}

fn store4(row: u32, col: u32, slice: u32, value: vec4<f32>) {
  store(row, col, slice, value.x);
  store(row, col + 1u, slice, value.y);
  store(row, col + 2u, slice, value.z);
  store(row, col + 3u, slice, value.w);
}
