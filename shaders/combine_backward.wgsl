// The gradient of y = a ∘ b (see combine.wgsl) with respect to a (side 0) or b (side 1): dx (+)= dy·∂y/∂x. Where a and b
// are equal, their maximum and minimum are taken for a.
//
// a, b, dy, dx [rows,cols]; mask_a, mask_b [rows]. Threads: one an element.
#import each_element
struct Params {
  count: u32,
  cols: u32,
  operation: u32,
  masked: u32,
  side: u32,
  accumulate: u32,
  a_offset: u32,
  b_offset: u32,
  dy_offset: u32,
  dx_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> mask_a: array<u32>;
@group(0) @binding(4) var<storage, read> mask_b: array<u32>;
@group(0) @binding(5) var<storage, read> dy: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  let row = i / p.cols;
  let left = a[p.a_offset + i];
  let right = b[p.b_offset + i];
  let left_counts = (p.masked & 1u) == 0u || mask_a[row] != 0u;
  let right_counts = (p.masked & 2u) == 0u || mask_b[row] != 0u;
  // Where not both count, y is one of them.
  var slope = select(0.0, 1.0, (p.side == 1u) == (!left_counts && right_counts));
  if (left_counts && right_counts) {
    switch p.operation {
      case 0u: {
        slope = 1.0;
      }
      case 1u: {
        slope = select(1.0, -1.0, p.side == 1u);
      }
      case 2u: {
        slope = select(right, left, p.side == 1u);
      }
      case 3u: {
        slope = select(0.0, 1.0, (p.side == 0u) == (left >= right));
      }
      default: {
        slope = select(0.0, 1.0, (p.side == 0u) == (left <= right));
      }
    }
  }
  var value = dy[p.dy_offset + i] * slope;
  if (p.accumulate == 1u) {
    value += dx[p.dx_offset + i];
  }
  dx[p.dx_offset + i] = value;
}
