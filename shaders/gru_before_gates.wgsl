// First half of a GRU time step with the reset before the product: the gates z and r, and the reset state.
//   z = s(a_z + h·R_z)  r = s(a_r + h·R_r);  rh = r∘h
//
// gates [T,N,3,H], blocks z|r|n, holds x·W + b; blocks z and r of step t are overwritten by the activated gates.
// r [H,3,H]; h [T+1,N,H], slot t is read. rh [T,N,H]: step t is written, and is zero in a masked row,
// whose gates stay as they are. The second half is gru_before_candidate.
// Threads: see shared/recurrent_rows.wgsl.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import gru_before_gates_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
}

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
