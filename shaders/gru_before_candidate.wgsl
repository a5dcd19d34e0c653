// Second half of a GRU time step with the reset before the product: the candidate n and the new state.
//   n = tanh(a_n + (r∘h)·R_n);  h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n: z is activated, n holds x·W + b and is overwritten by the candidate of step t.
// r [H,3,H]; rh [T,N,H] = r∘h as gru_before_gates leaves it. h [T+1,N,H], slot t is read, slot t+1 written;
// a masked row keeps its state.
// Threads: see shared/recurrent_rows.wgsl; a workgroup covers 16 units x 4·ROWS batch rows. No workgroup memory.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import recurrent_lane
#import gru_before_candidate_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> r: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> rh: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> h: array<f32>;

alias Operand = f32;
alias Weight = f32;
alias Sum = f32;

fn row_start(row: u32) -> u32 {
  return (lane.step + row) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return rh[start + k];
}

fn weight(k: u32, unit: u32) -> Weight {
  return r[((lane.index * p.units + k) * 3u + 2u) * p.units + unit];
}

fn product(x: Operand, w: Weight) -> Sum {
  return x * w;
}

fn finish(row: u32, unit: u32, sum: Sum) {
  cell(row, unit, given(row, unit), sum);
}

@compute @workgroup_size(4, 4)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  enter(group.z, p.t);
  compute_step(group, local, true);
}
