// First half of a GRU time step backward with the reset before the product: candidate and update gate.
//   dh_t += (dz,dr)_{t+1}·(R_z,R_r)ᵀ;  dn = dh∘(1-z)∘(1-n²)  dz = dh∘(h-n)∘z(1-z);  dh∘z goes straight to slot t
//
// gates [T,N,3,H], blocks z|r|n, holds the activated gates of step t, and the gradients dz|dr|dn of the steps
// after it; step t becomes dz|r|dn: gru_before_gates_backward still needs r. h [T+1,N,H] holds the states.
// rt [3,H,H] is R transposed: rt[gate,k,j] = R[j,gate,k].
// dh [T+1,N,H] holds the gradients that arrived from above, and in slot t+1 what both kernels of step t+1 left;
// a masked row passes its gradient on into slot t. `last` = 1 for the last step, which has no gradients after it.
// Threads: see shared/recurrent_rows.wgsl.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import gru_before_candidate_backward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
  last: u32,
}

alias Operand = vec2<f32>;
alias Weight = vec2<f32>;
alias Sum = f32;

fn row_start(row: u32) -> u32 {
  return (lane.following + row) * 3u * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return vec2<f32>(gates[start + k], gates[start + p.units + k]);
}

fn weight(k: u32, unit: u32) -> Weight {
  let at = (lane.index * 3u * p.units + k) * p.units + unit;
  return vec2<f32>(rt[at], rt[p.units * p.units + at]);
}

fn product(x: Operand, w: Weight) -> Sum {
  return dot(x, w);
}
