// Advances the clock of a plan: position = (position + stride) mod modulus, runs = runs + 1; the seed stays.
//
// clock [4] = (position, runs, seed_low, seed_high). One thread.
struct Params {
  stride: u32,
  modulus: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> clock: array<u32>;

@compute @workgroup_size(1)
fn main() {
  clock[0] = (clock[0] + p.stride) % p.modulus;
  clock[1] = clock[1] + 1u;
}
