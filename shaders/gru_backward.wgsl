// One GRU time step backward, reset after the product: first dh_t += (dz,dr,dq)_{t+1}·Rᵀ, then the cell.
//   dn = dh∘(1-z)∘(1-n²)  dz = dh∘(h-n)∘z(1-z)  dq = dn∘r  dr = dn∘q∘r(1-r);  dh∘z goes straight to slot t
//
// gates [T,N,3,H], blocks z|r|n, holds the activated gates of step t, and the gradients dz|dr|dn of the steps
// after it; step t becomes dz|dr|dn. q [T,N,H] likewise: q of step t becomes dq. h [T+1,N,H] holds the states.
// rt [3,H,H] is R transposed: rt[gate,k,j] = R[j,gate,k].
// dh [T+1,N,H] holds the gradients that arrived from above, and in slot t+1 dh∘z of step t+1 as well;
// a masked row passes its gradient on into slot t. `last` = 1 for the last step, which has no gradients after it.
// Threads: see shared/recurrent_rows.wgsl.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import gru_backward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
  last: u32,
}

alias Operand = vec3<f32>;
alias Weight = vec3<f32>;
alias Sum = f32;

fn row_start(row: u32) -> u32 {
  return (lane.following + row) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  let at = 3u * start + k;
  return vec3<f32>(gates[at], gates[at + p.units], q[start + k]);
}

fn weight(k: u32, unit: u32) -> Weight {
  let at = (lane.index * 3u * p.units + k) * p.units + unit;
  let block = p.units * p.units;
  return vec3<f32>(rt[at], rt[block + at], rt[2u * block + at]);
}

fn product(x: Operand, w: Weight) -> Sum {
  return dot(x, w);
}
