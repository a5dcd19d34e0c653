// Merges the moments of slices (Chan, Golub, LeVeque 1983) to statistics [3,cols] = (mean, 1/sqrt(variance + epsilon),
// rows counted), and moves the averages: a = momentum·a + (1 - momentum)·new. With given 1 it takes the averages
// instead, leaves them as they are, and counts no rows.
//
// moments [slices,3,cols] of column_moments.wgsl; moving_mean and moving_variance [cols] lie in one buffer, so that both
// are bound for writing. Threads: one a column, 64 in a workgroup.
struct Params {
  cols: u32,
  slices: u32,
  given: u32,
  momentum: f32,
  epsilon: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> moments: array<f32>;
@group(0) @binding(2) var<storage, read_write> moving_mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> moving_variance: array<f32>;
@group(0) @binding(4) var<storage, read_write> statistics: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let col = id.x;
  if (col >= p.cols) {
    return;
  }
  var mean = moving_mean[col];
  var variance = moving_variance[col];
  var count = 0.0;
  if (p.given == 0u) {
    var squares = 0.0;
    mean = 0.0;
    for (var z = 0u; z < p.slices; z++) {
      let at = z * 3u * p.cols + col;
      let more = moments[at];
      if (more > 0.0) {
        let off = moments[at + p.cols] - mean;
        let share = more / (count + more);
        mean += off * share;
        squares += moments[at + 2u * p.cols] + off * off * count * share;
        count += more;
      }
    }
    variance = squares / max(count, 1.0);
    moving_mean[col] = p.momentum * moving_mean[col] + (1.0 - p.momentum) * mean;
    moving_variance[col] = p.momentum * moving_variance[col] + (1.0 - p.momentum) * variance;
  }
  statistics[col] = mean;
  statistics[p.cols + col] = 1.0 / sqrt(variance + p.epsilon);
  statistics[2u * p.cols + col] = count;
}
