// First half of a GRU time step with the reset before the product: the gates z and r, and the reset state.
//   z = s(a_z + h·R_z)  r = s(a_r + h·R_r);  rh = r∘h
//
// gates [T,N,3,H], blocks z|r|n, holds x·W + b; blocks z and r of step t are overwritten by the activated gates.
// r [H,3,H]; h [T+1,N,H], slot t is read. rh [T,N,H]: step t is written, and is zero in a masked row,
// whose gates stay as they are. The second half is gru_before_candidate.
// Threads: see shared/recurrent_rows.wgsl; a workgroup covers 16 units x 4·ROWS batch rows. No workgroup memory.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import gru_before_gates_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> rh: array<f32>;

alias Operand = f32;
alias Weight = vec2<f32>;
alias Sum = vec2<f32>;

fn row_start(row: u32) -> u32 {
  return (lane.before + row) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return h[start + k];
}

fn weight(k: u32, unit: u32) -> Weight {
  let at = (lane.index * p.units + k) * 3u * p.units + unit;
  return vec2<f32>(r[at], r[at + p.units]);
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
