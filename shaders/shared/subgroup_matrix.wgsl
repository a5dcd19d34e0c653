// Square matrices of SIDE x SIDE that a subgroup multiplies at once: halves, with sums in f32. Each function is called by
// all threads of a subgroup with the same arguments. Uses tile_a, tile_b (their lines STRIDE_A, STRIDE_B apart) and staged.
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
alias Half = f16;
alias Left = subgroup_matrix_left<f16, SIDE, SIDE>;
alias Right = subgroup_matrix_right<f16, SIDE, SIDE>;
alias Sums = subgroup_matrix_result<f32, SIDE, SIDE>;

/// The matrix of op(a) that begins at this element of its tile, which holds a as it is stored.
fn left_at(at: u32) -> Left {
#if TRANSPOSE_A
  return subgroupMatrixLoad<Left, col_major>(&tile_a, at, STRIDE_A);
#else
  return subgroupMatrixLoad<Left, row_major>(&tile_a, at, STRIDE_A);
#endif
}

fn right_at(at: u32) -> Right {
#if TRANSPOSE_B
  return subgroupMatrixLoad<Right, col_major>(&tile_b, at, STRIDE_B);
#else
  return subgroupMatrixLoad<Right, row_major>(&tile_b, at, STRIDE_B);
#endif
}

fn multiplied(left: Left, right: Right, sums: Sums) -> Sums {
  return subgroupMatrixMultiplyAccumulate(left, right, sums);
}

fn stage(at: u32, sums: Sums) {
  subgroupMatrixStore<row_major>(&staged, at, sums, SIDE);
}
