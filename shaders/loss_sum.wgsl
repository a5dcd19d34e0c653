// loss[0] = Σ over rows of row_loss·row_weight, divided by total; the running sums get (that Σ, total) added, or, where
// `running` is 2, (loss·samples, samples).
// When nothing counts, total is 0 and the loss is 0.
//
// row_loss, row_weight [M]; total, loss [1]; sums [2].
// Threads: one workgroup of 256; thread i adds the rows i, i + 256, ..., then the sums are added in a fixed order.
#import workgroup_sum
struct Params {
  rows: u32,
  row_weighted: u32,
  running: u32,
  samples: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> row_loss: array<f32>;
@group(0) @binding(2) var<storage, read> row_weight: array<f32>;
@group(0) @binding(3) var<storage, read> total: array<f32>;
@group(0) @binding(4) var<storage, read_write> loss: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = 0.0;
  for (var row = thread; row < p.rows; row += 256u) {
    if (p.row_weighted == 1u) {
      sum += row_loss[row] * row_weight[row];
    } else {
      sum += row_loss[row];
    }
  }
  let whole = workgroup_sum(thread, sum);
  if (thread == 0u) {
    var mean = 0.0;
    if (total[0] != 0.0) {
      mean = whole / total[0];
    }
    loss[0] = mean;
    if (p.running == 1u) {
      sums[0] += whole;
      sums[1] += total[0];
    } else if (p.running == 2u) {
      sums[0] += mean * p.samples;
      sums[1] += p.samples;
    }
  }
}
