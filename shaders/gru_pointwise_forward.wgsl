// One step of a GRU with options, after its product S = h·R: what happens unit by unit.
//   RESET_AFTER: a_z,a_r = x·W + b + S;  a_n = x·W + b + f(a_r)∘S_n.  Else a_z and a_r are complete, and a_n = x·W + b + S_n.
//   z = f(a_z);  n = g(a_n);  h' = z∘h + (1-z)∘n
//
// gates [T,N,3,H] (z,r,n) holds x·W + b and gets a: all derivatives are taken from it. sums [.,N,3,H] = S from element
// `sums_at` on. h [T+1,N,H]: slot `before` is read, `after` written; a masked row keeps its state.
// Threads: one a row and unit.
#import pointwise_step
struct Params {
#import pointwise_step_params
  reset_after: u32,
  sums_at: u32,
#import cell_activation_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> gates: array<f32>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;

fn compute_unit(at: Place) {
  if (at.skip) {
    h[at.next] = h[at.now];
    return;
  }
  let source = p.sums_at + sums_of(at, 3u);
  let first = gates_of(at, 3u);
  var a_z = gates[first];
  var a_n = gates[first + 2u * p.units];
#if RESET_AFTER
  a_z += sums[source];
  let a_r = gates[first + p.units] + sums[source + p.units];
  a_n += gate(a_r) * sums[source + 2u * p.units];
  gates[first] = a_z;
  gates[first + p.units] = a_r;
#else
  a_n += sums[source + 2u * p.units];
#endif
  gates[first + 2u * p.units] = a_n;
  let z = gate(a_z);
  h[at.next] = z * h[at.now] + (1.0 - z) * candidate(a_n);
}
