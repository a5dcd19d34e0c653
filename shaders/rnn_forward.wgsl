// One time step of the simple RNN: h' = act(x·W + b + h·R).
//
// x [T,N,H] holds x·W + b. r [H,H]; h [T+1,N,H], slot t is read, slot t+1 written; a masked row keeps its state.
// act is recurrent_activation(ACTIVATION, .), a constant of the pipeline.
// Threads: see shared/recurrent_rows.wgsl; a workgroup covers 16 units x 4·ROWS batch rows. No workgroup memory.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import rnn_forward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
  activation: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;

alias Operand = f32;
alias Weight = f32;
alias Sum = f32;

fn row_start(row: u32) -> u32 {
  return (lane.before + row) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return h[start + k];
}

fn weight(k: u32, unit: u32) -> Weight {
  return r[(lane.index * p.units + k) * p.units + unit];
}

fn product(x: Operand, w: Weight) -> Sum {
  return x * w;
}

fn finish(row: u32, unit: u32, hr: Sum) {
  cell(row, unit, given(row, unit), hr);
}

@compute @workgroup_size(4, 4)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  enter(group.z, p.t);
  compute_step(group, local, true);
}
