// One LSTM time step backward: first dh_t += dA_{t+1}·Rᵀ, then the derivative of the cell.
//   do = dh∘tanh(c')∘o(1-o);  dc' = dc + dh∘o∘(1-tanh²(c'));  di = dc'∘g∘i(1-i);  df = dc'∘c∘f(1-f);
//   dg = dc'∘i∘(1-g²);  dc = dc'∘f
//
// gates [T,N,H] of vec4 holds the activated gates of step t, and dA of the steps after it; step t becomes dA.
// rt [H,H] of vec4 is R transposed: rt[k,j] = R[j,k]. c [T+1,N,H] holds the states.
// dh [T+1,N,H] holds the gradients that arrived from above; a masked row passes its gradient on into slot t.
// dc [N,H] is carried from step to step in place. `last` = 1 for the last step, which has no dA after it.
// Threads: see shared/recurrent_rows.wgsl; a workgroup covers 16 units x 4·ROWS batch rows. No workgroup memory.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import lstm_backward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
  last: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> c: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;
@group(0) @binding(6) var<storage, read_write> dc: array<f32>;

alias Operand = vec4<f32>;
alias Weight = vec4<f32>;
alias Sum = f32;

fn row_start(row: u32) -> u32 {
  return (lane.following + row) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return gates[start + k];
}

fn weight(k: u32, unit: u32) -> Weight {
  return rt[(lane.index * p.units + k) * p.units + unit];
}

fn product(x: Operand, w: Weight) -> Sum {
  return dot(x, w);
}

fn finish(row: u32, unit: u32, from_next: Sum) {
  cell(row, unit, given(row, unit), from_next);
}

@compute @workgroup_size(4, 4)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  enter(group.z, p.t);
  compute_step(group, local, p.last == 0u);
}
