// One row after another is computed by its threads: SERIAL by one alone, without barriers, for devices where a barrier is
// dear; else by a workgroup of 64 a row. Twin of rowGrid() in src/kernels/each_row.ts.
// The kernel declares row_count() and compute_row(row, lane), which is called for each row below it by all LANES of the
// row's threads; lane 0 writes what there is once.
#import linear_index
#if SERIAL
const LANES = 1u;
#else
const LANES = 64u;
#endif

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
#if SERIAL
  let row = linear_index(group, groups, thread, 64u);
  let lane = 0u;
#else
  let row = linear_index(group, groups, 0u, 1u);
  let lane = thread;
#endif
  if (row < row_count()) {
    compute_row(row, lane);
  }
}

// What the threads of a row have written to storage is seen by all of them; all of them must call it.
fn row_barrier() {
#if !SERIAL
  storageBarrier();
#endif
}
