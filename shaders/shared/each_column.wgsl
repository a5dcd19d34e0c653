// Sums over the rows of a matrix: one thread a column, 64 in a workgroup, no barrier; workgroup z takes the rows of slice z,
// p.slice of p.rows. The kernel declares p and compute_column(col, slice, first, last), the rows being [first,last).
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < p.cols) {
    let first = id.z * p.slice;
    compute_column(id.x, id.z, first, min(first + p.slice, p.rows));
  }
}
