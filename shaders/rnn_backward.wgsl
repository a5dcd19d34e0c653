// One time step of the simple RNN backward: dh_t += dA_{t+1}·Rᵀ, then dA = dh∘act'(h') from the output h'.
//
// da [T,N,H]: step t is written, the steps after it hold their dA. rt [H,H] is R transposed: rt[k,j] = R[j,k].
// h [T+1,N,H] holds the states, slot t+1 the output of step t. dh [T+1,N,H] holds the gradients that arrived
// from above; a masked row passes its gradient on into slot t. `last` = 1 for the last step.
// act' is recurrent_derivative(ACTIVATION, .), a constant of the pipeline.
// Threads: see shared/recurrent_rows.wgsl; a workgroup covers 16 units x 4·ROWS batch rows. No workgroup memory.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import rnn_backward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
  last: u32,
  activation: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> da: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

alias Operand = f32;
alias Weight = f32;
alias Sum = f32;

fn row_start(row: u32) -> u32 {
  return (lane.following + row) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return da[start + k];
}

fn weight(k: u32, unit: u32) -> Weight {
  return rt[(lane.index * p.units + k) * p.units + unit];
}

fn product(x: Operand, w: Weight) -> Sum {
  return x * w;
}

fn finish(row: u32, unit: u32, from_next: Sum) {
  cell(row, unit, given(row, unit), from_next);
}

@compute @workgroup_size(4, 4)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  enter(group.z, p.t);
  compute_step(group, local, p.last == 0u);
}
