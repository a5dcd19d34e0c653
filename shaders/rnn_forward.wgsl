// One time step of the simple RNN: h' = act(x·W + b + h·R).
//
// x [T,N,H] holds x·W + b. r [H,H]; h [T+1,N,H], slot t is read, slot t+1 written; a masked row keeps its state.
// act is recurrent_activation(ACTIVATION, .), a constant of the pipeline.
// Threads: see shared/recurrent_rows.wgsl.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import rnn_forward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
  activation: u32,
}

alias Operand = f32;
alias Weight = f32;
alias Sum = f32;

fn row_start(row: u32) -> u32 {
  return (lane.before + row) * p.units;
}

fn operand(start: u32, k: u32) -> Operand {
  return h[start + k];
}

fn weight(k: u32, unit: u32) -> Weight {
  return r[(lane.index * p.units + k) * p.units + unit];
}

fn product(x: Operand, w: Weight) -> Sum {
  return x * w;
}
