// dx[s,m] (+)= Σ dy[t,m] over the windows t whose largest was at s.
//
// dy and places [out_steps,cols], dx [steps,cols]. Threads: one an element of dx.
#import each_element
#import pool_windows
struct Params {
#import pool_params
  accumulate: u32,
  dy_offset: u32,
  dx_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> places: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn element_count() -> u32 {
  return p.steps * p.cols;
}

fn compute_element(i: u32) {
  let col = i % p.cols;
  let place = i / p.cols;
  let windows = windows_of_step(place);
  var sum = 0.0;
  for (var t = windows.x; t < windows.y; t++) {
    let at = t * p.cols + col;
    if (places[at] == place) {
      sum += dy[p.dy_offset + at];
    }
  }
  if (p.accumulate == 1u) {
    sum += dx[p.dx_offset + i];
  }
  dx[p.dx_offset + i] = sum;
}
