// counts[class] += (Σ weight of rows that are predicted and are of the class, of those predicted, of those that are).
// A row whose mask is 0, or whose label is outside or ignored, does not count.
//
// predicted, labels, row_weight, mask [M]; counts [C,3]. Threads: as shaders/shared/each_row.wgsl says, a class being a row.
#import row_sums
struct Params {
  rows: u32,
  classes: u32,
  row_weighted: u32,
  masked: u32,
  ignored: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> predicted: array<u32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> row_weight: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
@group(0) @binding(5) var<storage, read_write> counts: array<f32>;

fn weight_of(row: u32) -> f32 {
  if (labels[row] >= p.classes || labels[row] == p.ignored || (p.masked == 1u && mask[row] == 0u)) {
    return 0.0;
  }
  if (p.row_weighted == 1u) {
    return row_weight[row];
  }
  return 1.0;
}

fn row_count() -> u32 {
  return p.classes;
}

fn compute_row(class_index: u32, lane: u32) {
  var part = vec3<f32>(0.0);
  for (var row = lane; row < p.rows; row += LANES) {
    let weight = weight_of(row);
    let here = predicted[row] == class_index;
    let there = labels[row] == class_index;
    part += weight * select(vec3<f32>(0.0), vec3<f32>(1.0), vec3<bool>(here && there, here, there));
  }
  let both = row_sums(lane, part.xy);
  let actual = row_sums(lane, vec2<f32>(part.z, 0.0)).x;
  if (lane == 0u) {
    counts[3u * class_index] += both.x;
    counts[3u * class_index + 1u] += both.y;
    counts[3u * class_index + 2u] += actual;
  }
}
