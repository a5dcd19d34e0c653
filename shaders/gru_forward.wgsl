// One GRU time step, reset after the product: gates a = x·W + b, then the recurrent product and the cell.
//   z = s(a_z + h·R_z + b_rz)  r = s(a_r + h·R_r + b_rr)  q = h·R_n + b_rn  n = tanh(a_n + r∘q)
//   h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n, holds x·W + b and is overwritten by the activated gates of step t.
// r [H,3,H]; bias [3,H] is the recurrent bias b_r, read where biased = 1. q [T,N,H] is kept for backward.
// h [T+1,N,H], slot t is read, slot t+1 written; a masked row keeps its state and leaves gates and q alone.
// Threads: see shared/recurrent_rows.wgsl.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import gru_forward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
  biased: u32,
}

alias Operand = f32;
alias Weight = vec3<f32>;
alias Sum = vec3<f32>;

fn row_start(row: u32) -> u32 {
  return (lane.before + row) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return h[start + k];
}

fn weight(k: u32, unit: u32) -> Weight {
  let at = (lane.index * p.units + k) * 3u * p.units + unit;
  return vec3<f32>(r[at], r[at + p.units], r[at + 2u * p.units]);
}

fn product(x: Operand, w: Weight) -> Sum {
  return x * w;
}
