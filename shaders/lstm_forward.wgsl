// One LSTM time step: gates a = x·W + b + h·R for all gates of a unit, then the cell.
//   i = s(a_i)  f = s(a_f)  g = tanh(a_g)  o = s(a_o);  c' = f∘c + i∘g;  h' = o∘tanh(c')
//
// gates [T,N,H] of vec4 (i,f,g,o) holds x·W + b and is overwritten by the activated gates of step t.
// r [H,H] of vec4; h, c [T+1,N,H], slot t is read, slot t+1 written; a masked row keeps its state.
// Threads: see shared/recurrent_rows.wgsl.
// This is for one lane forward in time; see shared/recurrent_lane.wgsl for p.reverse and two lanes.
#import lstm_forward_cell
#import recurrent_rows
struct Params {
#import recurrent_step_params
}

alias Operand = f32;
alias Weight = vec4<f32>;
alias Sum = vec4<f32>;

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
