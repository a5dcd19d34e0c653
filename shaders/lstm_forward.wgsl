// One LSTM time step: gates a = x·W + b + h·R for all gates of a unit, then the cell.
//   i = s(a_i)  f = s(a_f)  g = tanh(a_g)  o = s(a_o);  c' = f∘c + i∘g;  h' = o∘tanh(c')
//
// gates [T,N,H] of vec4 (i,f,g,o) holds x·W + b and is overwritten by the activated gates of step t.
// r [H,H] of vec4; h, c [T+1,N,H], slot t is read, slot t+1 written; a masked row keeps its state.
// Threads: see shared/recurrent_rows.wgsl; a workgroup covers 16 units x 4·ROWS batch rows. No workgroup memory.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import lstm_forward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> gates: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;
@group(0) @binding(5) var<storage, read_write> c: array<f32>;

alias Operand = f32;
alias Weight = vec4<f32>;
alias Sum = vec4<f32>;

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
