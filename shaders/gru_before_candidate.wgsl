// Second half of a GRU time step with the reset before the product: the candidate n and the new state.
//   n = tanh(a_n + (r∘h)·R_n);  h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H], blocks z|r|n: z is activated, n holds x·W + b and is overwritten by the candidate of step t.
// r [H,3,H]; rh [T,N,H] = r∘h as gru_before_gates leaves it. h [T+1,N,H], slot t is read, slot t+1 written;
// a masked row keeps its state.
// Threads: see shared/recurrent_rows.wgsl.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import gru_before_candidate_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
}

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
