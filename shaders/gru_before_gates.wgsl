// First half of a GRU time step with the reset before the product: the gates z and r, and the reset state.
//   z = s(a_z + h·R_z)  r = s(a_r + h·R_r);  rh = r∘h
//
// gates [T,N,3,H], blocks z|r|n, holds x·W + b; blocks z and r of step t are overwritten by the activated gates.
// r [H,3,H]; h [T+1,N,H], slot t is read. rh [T,N,H]: step t is written, and is zero in a masked row,
// whose gates stay as they are. The second half is gru_before_candidate.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import gru_before_gates_cell
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

fn finish(row: u32, unit: u32, hr: vec2<f32>) {
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
  finish(row, unit, s0);
  finish(row + 1u, unit, s1);
  finish(row + 2u, unit, s2);
  finish(row + 3u, unit, s3);
}
