// What the cross entropies of rows of logits share: their bindings but for the targets, which are binding 1, and weights.
// Twin of src/kernels/cross_entropy_rows.ts.
#import softmax_row
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(2) var<storage, read> class_weight: array<f32>;
@group(0) @binding(3) var<storage, read> row_weight: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
@group(0) @binding(5) var<storage, read> total: array<f32>;
@group(0) @binding(6) var<storage, read_write> logits: array<f32>;
@group(0) @binding(7) var<storage, read_write> loss: array<f32>;

fn row_count() -> u32 {
  return p.rows;
}

fn weight(col: u32) -> f32 {
  if (p.weighted == 1u) {
    return class_weight[col];
  }
  return 1.0;
}

// What the gradient of a row is multiplied by.
fn row_scale(row: u32, counts: bool) -> f32 {
  var scale = 0.0;
  if (counts && total[0] != 0.0) {
    scale = 1.0 / total[0];
    if (p.row_weighted == 1u) {
      scale *= row_weight[row];
    }
  }
  return scale;
}
