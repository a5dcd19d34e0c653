// First half of a GRU time step with the reset before the product: the gates z and r, and the reset state.
//   z = s(a_z + h·R_z)  r = s(a_r + h·R_r);  rh = r∘h
//
// gates [T,N,3,H], blocks z|r|n, holds x·W + b; blocks z and r of step t are overwritten by the activated gates.
// r [H,3,H]; h [T+1,N,H], slot t is read. rh [T,N,H]: step t is written, and is zero in a masked row,
// whose gates stay as they are. The second half is gru_before_candidate.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import activation
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  masked: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> rh: array<f32>;

fn cell(row: u32, unit: u32, hr: vec2<f32>) {
  if (row >= p.batch) {
    return;
  }
  let step = p.t * p.batch + row;
  let now = step * p.units + unit;
  if (p.masked == 1u && mask[step] == 0u) {
    rh[now] = 0.0;
    return;
  }
  let at_z = step * 3u * p.units + unit;
  let at_r = at_z + p.units;
  let reset = sigmoid(gates[at_r] + hr.y);
  gates[at_z] = sigmoid(gates[at_z] + hr.x);
  gates[at_r] = reset;
  rh[now] = reset * h[now];
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
  var s0 = vec2<f32>();
  var s1 = vec2<f32>();
  var s2 = vec2<f32>();
  var s3 = vec2<f32>();
  for (var k = 0u; k < p.units; k++) {
    let column = k * 3u * p.units + unit;
    let weights = vec2<f32>(r[column], r[column + p.units]);
    s0 += h[h0 + k] * weights;
    s1 += h[h1 + k] * weights;
    s2 += h[h2 + k] * weights;
    s3 += h[h3 + k] * weights;
  }
  cell(row, unit, s0);
  cell(row + 1u, unit, s1);
  cell(row + 2u, unit, s2);
  cell(row + 3u, unit, s3);
}
