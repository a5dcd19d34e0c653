// One step of a plain recurrent cell with options, after its product S = h·R: a = x·W + b + S, h' = f(a).
//
// gates [T,N,H] holds x·W + b and gets a. sums [N,H] = S. h [T+1,N,H]: slot `before` is read, `after` written; a masked row
// keeps its state.
// Threads: one a row and unit.
#import pointwise_step
struct Params {
#import pointwise_step_params
#import cell_activation_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> gates: array<f32>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;

fn compute_unit(at: Place) {
  if (at.skip) {
    h[at.next] = h[at.now];
    return;
  }
  let a = gates[at.step] + sums[at.i];
  gates[at.step] = a;
  h[at.next] = gate(a);
}
