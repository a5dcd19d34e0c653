// dx[s,m] (+)= Σ dy[t,m] over the windows t whose largest was at s.
//
// dy and places [out_steps,cols], dx [steps,cols]. Threads: one an element of dx.
#import each_element
struct Params {
  steps: u32,
  out_steps: u32,
  cols: u32,
  size: u32,
  stride: u32,
  pad: u32,
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
  let reach = place + p.pad;
  // The first window that reaches this step, and the last.
  let first = select(0u, (reach - p.size) / p.stride + 1u, reach >= p.size);
  let last = min(reach / p.stride + 1u, p.out_steps);
  var sum = 0.0;
  for (var t = first; t < last; t++) {
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
