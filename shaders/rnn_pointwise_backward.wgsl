// The derivative of rnn_pointwise_forward: dA = dh∘f'(a), dh all of the gradient of h'.
//
// gates [T,N,H]: a of step t becomes dA. dh [T+1,N,H]; a masked row has dA = 0 and passes slot `after` on into `before`.
// Threads: one a row and unit.
#import pointwise_step
struct Params {
#import pointwise_step_params
#import cell_activation_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read_write> gates: array<f32>;
@group(0) @binding(3) var<storage, read_write> dh: array<f32>;

fn compute_unit(at: Place) {
  if (at.skip) {
    gates[at.step] = 0.0;
    dh[at.now] += dh[at.next];
    return;
  }
  gates[at.step] = dh[at.next] * gate_slope(gates[at.step]);
}
