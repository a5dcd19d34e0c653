// dx (+)= dy·f'(x) elementwise; KIND chooses f, by the numbers of src/kernels/activation_kinds.ts.
//
// x, dy, dx [count]. Threads: one an element.
#import each_element
#import activation_slope
struct Params {
  count: u32,
  kind: u32,
  alpha: f32,
  beta: f32,
  accumulate: u32,
  x_offset: u32,
  dy_offset: u32,
  dx_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  var value = dy[p.dy_offset + i] * activation_slope(KIND, x[p.x_offset + i], p.alpha, p.beta);
  if (p.accumulate == 1u) {
    value += dx[p.dx_offset + i];
  }
  dx[p.dx_offset + i] = value;
}
