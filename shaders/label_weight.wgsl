// total[0] = scale·Σ over the rows that count of class weight · row weight: what a mean loss is divided by; scale for a sum.
// A row counts when its mask is not 0 and, where there are labels, its label lies in [0,V) and is not the ignored one.
//
// labels, row_weight, mask [M]; class_weight [V] is used for rows with labels; total [1].
// Threads: one workgroup of 256; thread i adds the rows i, i + 256, ..., then the sums are added in a fixed order.
#import workgroup_sum
struct Params {
  rows: u32,
  classes: u32,
  labelled: u32,
  weighted: u32,
  row_weighted: u32,
  masked: u32,
  ignored: u32,
  mean: u32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> class_weight: array<f32>;
@group(0) @binding(3) var<storage, read> row_weight: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
@group(0) @binding(5) var<storage, read_write> total: array<f32>;

fn weight(row: u32) -> f32 {
  if (p.masked == 1u && mask[row] == 0u) {
    return 0.0;
  }
  var weight = 1.0;
  if (p.labelled == 1u) {
    let label = labels[row];
    if (label >= p.classes || label == p.ignored) {
      return 0.0;
    }
    if (p.weighted == 1u) {
      weight = class_weight[label];
    }
  }
  if (p.row_weighted == 1u) {
    weight *= row_weight[row];
  }
  return weight;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = 0.0;
  if (p.mean == 1u) {
    for (var row = thread; row < p.rows; row += 256u) {
      sum += weight(row);
    }
  }
  let whole = workgroup_sum(thread, sum);
  if (thread == 0u) {
    total[0] = p.scale * select(1.0, whole, p.mean == 1u);
  }
}
