// to[m, col, row, :] = source[m, row, col, :], blocks of `block` elements kept together; source is [matrices, rows, cols, block].
//
// Threads: one an element of the result, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  rows: u32,
  cols: u32,
  block: u32,
  matrices: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = linear_index(group, groups, thread, 64u);
  if (i >= p.matrices * p.rows * p.cols * p.block) {
    return;
  }
  let element = i % p.block;
  let row = i / p.block % p.rows;
  let col = i / p.block / p.rows % p.cols;
  let matrix = i / p.block / p.rows / p.cols;
  to[i] = source[((matrix * p.rows + row) * p.cols + col) * p.block + element];
}
