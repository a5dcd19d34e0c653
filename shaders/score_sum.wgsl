// sums += (Σ weight·score, Σ weight) over the rows that count: those whose mask is not 0 and whose label, where there are
// labels, lies in [0, classes) and is not the ignored one.
//
// score, row_weight, mask, labels [M]; sums [2].
// Threads: one workgroup of 256; thread i adds the rows i, i + 256, ..., then the sums are added in a fixed order.
#import workgroup_sum
struct Params {
  rows: u32,
  classes: u32,
  labelled: u32,
  row_weighted: u32,
  masked: u32,
  ignored: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> score: array<f32>;
@group(0) @binding(2) var<storage, read> row_weight: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read> labels: array<u32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;

fn weight_of(row: u32) -> f32 {
  if (p.masked == 1u && mask[row] == 0u) {
    return 0.0;
  }
  if (p.labelled == 1u && (labels[row] >= p.classes || labels[row] == p.ignored)) {
    return 0.0;
  }
  if (p.row_weighted == 1u) {
    return row_weight[row];
  }
  return 1.0;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  var part = vec2<f32>(0.0);
  for (var row = thread; row < p.rows; row += 256u) {
    let weight = weight_of(row);
    part += vec2<f32>(weight * score[row], weight);
  }
  let scores = workgroup_sum(thread, part.x);
  let weights = workgroup_sum(thread, part.y);
  if (thread == 0u) {
    sums[0] += scores;
    sums[1] += weights;
  }
}
