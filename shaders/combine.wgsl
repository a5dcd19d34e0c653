// y = a ∘ b element by element: OPERATION 0 a + b, 1 a - b, 2 a·b, 3 max(a, b), 4 min(a, b). In a row that the mask of
// a leaves out, y is b; where that of b does, or both do, a.
//
// a, b, y [rows,cols]; mask_a, mask_b [rows] are read where bits 1 and 2 of `masked` say so.
// Threads: one an element.
#import each_element
#import activation
struct Params {
  count: u32,
  cols: u32,
  operation: u32,
  masked: u32,
  a_offset: u32,
  b_offset: u32,
  y_offset: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> mask_a: array<u32>;
@group(0) @binding(4) var<storage, read> mask_b: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

fn element_count() -> u32 {
  return p.count;
}

fn compute_element(i: u32) {
  let row = i / p.cols;
  let left = a[p.a_offset + i];
  let right = b[p.b_offset + i];
  let left_counts = (p.masked & 1u) == 0u || mask_a[row] != 0u;
  let right_counts = (p.masked & 2u) == 0u || mask_b[row] != 0u;
  var value = left;
  if (left_counts && right_counts) {
    switch p.operation {
      case 0u: {
        value = left + right;
      }
      case 1u: {
        value = left - right;
      }
      case 2u: {
        value = left * right;
      }
      case 3u: {
        if (!(left >= right || is_nan(left))) {
          value = right;
        }
      }
      default: {
        if (!(left <= right || is_nan(left))) {
          value = right;
        }
      }
    }
  } else if (right_counts) {
    value = right;
  }
  y[p.y_offset + i] = value;
}
