// One time step of the simple RNN backward: dh_t += dA_{t+1}·Rᵀ, then dA = dh∘act'(h') from the output h'.
//
// da [T,N,H]: step t is written, the steps after it hold their dA. rt [H,H] is R transposed: rt[k,j] = R[j,k].
// h [T+1,N,H] holds the states, slot t+1 the output of step t. dh [T+1,N,H] holds the gradients that arrived
// from above; a masked row passes its gradient on into slot t. `last` = 1 for the last step.
// act' is recurrent_derivative(ACTIVATION, .), a constant of the pipeline.
// Threads: one a unit and four batch rows; a workgroup covers 16 units x 16 rows. No workgroup memory.
#import rnn_backward_cell
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  masked: u32,
  last: u32,
  activation: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> da: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

fn finish(row: u32, unit: u32, from_next: f32) {
  if (row < p.batch) {
    cell(row, unit, given(row, unit), from_next);
  }
}

@compute @workgroup_size(16, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let unit = id.x;
  let row = id.y * 4u;
  if (unit >= p.units || row >= p.batch) {
    return;
  }
  var s0 = 0.0;
  var s1 = 0.0;
  var s2 = 0.0;
  var s3 = 0.0;
  if (p.last == 0u) {
    let slot = (p.t + 1u) * p.batch * p.units;
    let a0 = slot + row * p.units;
    let a1 = slot + min(row + 1u, p.batch - 1u) * p.units;
    let a2 = slot + min(row + 2u, p.batch - 1u) * p.units;
    let a3 = slot + min(row + 3u, p.batch - 1u) * p.units;
    for (var k = 0u; k < p.units; k++) {
      let weight = rt[k * p.units + unit];
      s0 += da[a0 + k] * weight;
      s1 += da[a1 + k] * weight;
      s2 += da[a2 + k] * weight;
      s3 += da[a3 + k] * weight;
    }
  }
  finish(row, unit, s0);
  finish(row + 1u, unit, s1);
  finish(row + 2u, unit, s2);
  finish(row + 3u, unit, s3);
}
