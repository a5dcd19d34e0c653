// One LSTM time step backward: first dh_t += dA_{t+1}·Rᵀ, then the derivative of the cell.
//   do = dh∘tanh(c')∘o(1-o);  dc' = dc + dh∘o∘(1-tanh²(c'));  di = dc'∘g∘i(1-i);  df = dc'∘c∘f(1-f);
//   dg = dc'∘i∘(1-g²);  dc = dc'∘f
//
// gates [T,N,H] of vec4 holds the activated gates of step t, and dA of the steps after it; step t becomes dA.
// rt [H,H] of vec4 is R transposed: rt[k,j] = R[j,k]. c [T+1,N,H] holds the states.
// dh [T+1,N,H] holds the gradients that arrived from above; a masked row passes its gradient on into slot t.
// dc [N,H] is carried from step to step in place. `last` = 1 for the last step, which has no dA after it.
// Threads: see shared/recurrent_rows.wgsl.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import lstm_backward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
  last: u32,
}

alias Operand = vec4<f32>;
alias Weight = vec4<f32>;
alias Sum = f32;

fn row_start(row: u32) -> u32 {
  return (lane.following + row) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return gates[start + k];
}

fn weight(k: u32, unit: u32) -> Weight {
  return rt[(lane.index * p.units + k) * p.units + unit];
}

fn product(x: Operand, w: Weight) -> Sum {
  return dot(x, w);
}
