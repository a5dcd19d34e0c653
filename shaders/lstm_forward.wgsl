// One LSTM time step: gates a = x·W + b + h·R for all gates of a unit, then the cell.
//   i = s(a_i)  f = s(a_f)  g = tanh(a_g)  o = s(a_o);  c' = f∘c + i∘g;  h' = o∘tanh(c')
//
// gates [T,N,H] of vec4 (i,f,g,o) holds x·W + b and is overwritten by the activated gates of step t.
// r [H,H] of vec4; h, c [T+1,N,H], slot t is read, slot t+1 written; a masked row keeps its state.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import lstm_forward_cell
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  masked: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;
@group(0) @binding(5) var<storage, read_write> c: array<f32>;

fn finish(row: u32, unit: u32, hr: vec4<f32>) {
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
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  for (var k = 0u; k < p.units; k++) {
    let weights = r[k * p.units + unit];
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
