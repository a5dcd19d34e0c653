// Second half of a GRU time step backward with the reset before the product: the reset gate.
//   d(rh) = dn·R_nᵀ;  dr = d(rh)∘h∘r(1-r);  d(rh)∘r goes to slot t of dh
//
// gates [T,N,3,H] holds dz|r|dn in step t, as gru_before_candidate_backward leaves it; r is overwritten by dr.
// rt [3,H,H] is R transposed: rt[gate,k,j] = R[j,gate,k]. h, dh [T+1,N,H], slot t; a masked row has dr = 0.
// Threads: see shared/recurrent_rows.wgsl.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import gru_before_gates_backward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
}

alias Operand = f32;
alias Weight = f32;
alias Sum = f32;

fn row_start(row: u32) -> u32 {
  return ((lane.step + row) * 3u + 2u) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return gates[start + k];
}

fn weight(k: u32, unit: u32) -> Weight {
  return rt[((lane.index * 3u + 2u) * p.units + k) * p.units + unit];
}

fn product(x: Operand, w: Weight) -> Sum {
  return x * w;
}
