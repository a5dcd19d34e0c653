// score[row] = 1 where predicted and given label agree, else 0.
//
// predicted, labels [M] u32, score [M]. Threads: one a row, 64 in a workgroup, in a grid of two dimensions.
#import linear_index
struct Params {
  rows: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> predicted: array<u32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> score: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = linear_index(group, groups, thread, 64u);
  if (row < p.rows) {
    score[row] = select(0.0, 1.0, predicted[row] == labels[row]);
  }
}
