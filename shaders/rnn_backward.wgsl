// One time step of the simple RNN backward: dh_t += dA_{t+1}·Rᵀ, then dA = dh∘act'(h') from the output h'.
//
// da [T,N,H]: step t is written, the steps after it hold their dA. rt [H,H] is R transposed: rt[k,j] = R[j,k].
// h [T+1,N,H] holds the states, slot t+1 the output of step t. dh [T+1,N,H] holds the gradients that arrived
// from above; a masked row passes its gradient on into slot t. `last` = 1 for the last step.
// act' is recurrent_derivative(ACTIVATION, .), a constant of the pipeline.
// Threads: see shared/recurrent_rows.wgsl.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import rnn_backward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
  last: u32,
  activation: u32,
}

alias Operand = f32;
alias Weight = f32;
alias Sum = f32;

fn row_start(row: u32) -> u32 {
  return (lane.following + row) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return da[start + k];
}

fn weight(k: u32, unit: u32) -> Weight {
  return rt[(lane.index * p.units + k) * p.units + unit];
}

fn product(x: Operand, w: Weight) -> Sum {
  return x * w;
}
