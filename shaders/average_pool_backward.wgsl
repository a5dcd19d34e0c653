// dx[s,m] (+)= Σ dy[t,m]·shares[t,n] over the windows t that reach s, or nothing where s does not count.
//
// dy [out_steps,cols], shares [out_steps,batch], dx [steps,cols], where cols = batch·features; mask [steps,batch] where
// masked is 1. Threads: one an element of dx.
#import each_element
#import pool_windows
struct Params {
#import pool_params
  features: u32,
  masked: u32,
  accumulate: u32,
  dy_offset: u32,
  dx_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> shares: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

fn element_count() -> u32 {
  return p.steps * p.cols;
}

fn compute_element(i: u32) {
  let col = i % p.cols;
  let windows = windows_of_step(i / p.cols);
  var sum = 0.0;
  if (p.masked == 0u || mask[i / p.features] != 0u) {
    for (var t = windows.x; t < windows.y; t++) {
      let at = t * p.cols + col;
      sum += dy[p.dy_offset + at] * shares[at / p.features];
    }
  }
  if (p.accumulate == 1u) {
    sum += dx[p.dx_offset + i];
  }
  dx[p.dx_offset + i] = sum;
}
