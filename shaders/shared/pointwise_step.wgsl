// What happens unit by unit in one step of a general cell: the twin of src/kernels/pointwise_step.ts. One thread a row and
// unit; the kernel declares p, mask and compute_unit(at).
#import cell_activations
#import each_element

// Where an element of row and unit lies, and whether the row is masked in this step.
struct Place {
  // row·H + unit
  i: u32,
  unit: u32,
  row: u32,
  // In slots `before` and `after` of [slots,N,H].
  now: u32,
  next: u32,
  // In step t of [T,N,H].
  step: u32,
  skip: bool,
}

fn element_count() -> u32 {
  return p.batch * p.units;
}

fn compute_element(i: u32) {
  let size = p.batch * p.units;
  let row = i / p.units;
  let skip = p.masked == 1u && mask[p.t * p.batch + row] == 0u;
  compute_unit(Place(i, i % p.units, row, p.before * size + i, p.after * size + i, p.t * size + i, skip));
}

// Where the first of `gates` blocks [.,gates,H] lies in step t, and in tensors of one step; the others are p.units apart.
fn gates_of(at: Place, gates: u32) -> u32 {
  return (p.t * p.batch + at.row) * gates * p.units + at.unit;
}

fn sums_of(at: Place, gates: u32) -> u32 {
  return at.row * gates * p.units + at.unit;
}
