// The gates of a GRU that resets before its product: a_z,a_r = x·W + b + S, and rh = f(a_r)∘h, which the product takes.
//
// gates [T,N,3,H] (z,r,n): z and r of step t hold x·W + b and get a. sums [N,3,H] = S, of which z and r are read.
// state [.,N,H], from element `state_at` on: h as the products see it. rh [T,N,H]: step t is written.
// Threads: one a row and unit.
#import cell_activations
#import each_element
struct Params {
  t: u32,
  batch: u32,
  units: u32,
  state_at: u32,
#import cell_activation_params
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read_write> gates: array<f32>;
@group(0) @binding(4) var<storage, read_write> rh: array<f32>;

fn element_count() -> u32 {
  return p.batch * p.units;
}

fn compute_element(i: u32) {
  let row = i / p.units;
  let unit = i % p.units;
  let source = row * 3u * p.units + unit;
  let at = (p.t * p.batch + row) * 3u * p.units + unit;
  let a_r = gates[at + p.units] + sums[source + p.units];
  gates[at] += sums[source];
  gates[at + p.units] = a_r;
  rh[(p.t * p.batch + row) * p.units + unit] = gate(a_r) * state[p.state_at + i];
}
