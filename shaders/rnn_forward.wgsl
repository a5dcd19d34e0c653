// One time step of the simple RNN: h' = act(x·W + b + h·R).
//
// x [T,N,H] holds x·W + b. r [H,H]; h [T+1,N,H], slot t is read, slot t+1 written; a masked row keeps its state.
// act is recurrent_activation(ACTIVATION, .), a constant of the pipeline.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import rnn_forward_cell
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  masked: u32,
  activation: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;

fn finish(row: u32, unit: u32, hr: f32) {
  if (row < p.batch) {
    cell(row, unit, given(row, unit), hr);
  }
}

@compute @workgroup_size(16, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let unit = id.x;
  let row = id.y * 4u;
  if (unit >= p.units || row >= p.batch) {
    return;
  }
  let slot = p.t * p.batch * p.units;
  let h0 = slot + row * p.units;
  let h1 = slot + min(row + 1u, p.batch - 1u) * p.units;
  let h2 = slot + min(row + 2u, p.batch - 1u) * p.units;
  let h3 = slot + min(row + 3u, p.batch - 1u) * p.units;
  var s0 = 0.0;
  var s1 = 0.0;
  var s2 = 0.0;
  var s3 = 0.0;
  for (var k = 0u; k < p.units; k++) {
    let weight = r[k * p.units + unit];
    s0 += h[h0 + k] * weight;
    s1 += h[h1 + k] * weight;
    s2 += h[h2 + k] * weight;
    s3 += h[h3 + k] * weight;
  }
  finish(row, unit, s0);
  finish(row + 1u, unit, s1);
  finish(row + 2u, unit, s2);
  finish(row + 3u, unit, s3);
}
