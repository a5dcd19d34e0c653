// to[block,i,col] = the halves of source[block,2i,col] (low 16 bits) and source[block,2i+1,col] (high 16 bits), 0 past
// the last row. source is [blocks,rows,cols], to [blocks,ceil(rows/2),cols].
//
// Rounds to the nearest half, ties to even; above 65504 to infinity. By integers, because pack2x16float may round either
// way and leaves numbers out of range undefined.
// Threads: one a pair.
#import each_element
struct Params {
  blocks: u32,
  rows: u32,
  cols: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> to: array<u32>;

// value / 2^shift, ties to even.
fn shift_rounded(value: u32, shift: u32) -> u32 {
  let odd = (value >> shift) & 1u;
  return (value + (1u << (shift - 1u)) - 1u + odd) >> shift;
}

fn half_bits(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let sign = (bits >> 16u) & 0x8000u;
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) {
    return 0x7e00u;
  }
  if (magnitude >= 0x477ff000u) {
    return sign | 0x7c00u;
  }
  // At most 2^-25, half of the smallest number.
  if (magnitude <= 0x33000000u) {
    return sign;
  }
  if (magnitude < 0x38800000u) {
    // A half below 2^-14 counts steps of 2^-24.
    let mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    return sign | shift_rounded(mantissa, 126u - (magnitude >> 23u));
  }
  return sign | shift_rounded(magnitude - (112u << 23u), 13u);
}

fn pairs_of_block() -> u32 {
  return (p.rows + 1u) / 2u;
}

fn element_count() -> u32 {
  return p.blocks * pairs_of_block() * p.cols;
}

fn compute_element(at: u32) {
  let pairs = pairs_of_block();
  let col = at % p.cols;
  let row = at / p.cols % pairs * 2u;
  let block = at / p.cols / pairs;
  let first = (block * p.rows + row) * p.cols + col;
  var high = 0u;
  if (row + 1u < p.rows) {
    high = half_bits(source[first + p.cols]);
  }
  to[at] = half_bits(source[first]) | (high << 16u);
}
