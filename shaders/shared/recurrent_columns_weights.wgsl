// The weights of the recurrent product inside one workgroup: how they are stored and loaded, four rows by four columns.
//
// The weights of a lane are [ROW_BLOCKS·ROW_BLOCK, COLUMNS], the columns in blocks of COLUMN_BLOCK: a block is what is padded to
// whole quads, such as the units of one gate. A quad of columns is loaded as one vec4 with VECTORS (COLUMN_BLOCK a
// multiple of 4). With PACKED a stored number holds rows 2i (low half) and 2i + 1 of its block as f16, else one weight.
// The kernel declares stored(i), the i-th element of the weights' binding.

const COLUMN_QUADS: u32 = (COLUMN_BLOCK + 3u) / 4u;
const ROW_QUADS: u32 = (ROW_BLOCK + 3u) / 4u;

#if PACKED
alias Number = u32;
// Rows 0 and 1 of a quad, then 2 and 3.
struct Weights {
  first: vec4<u32>,
  second: vec4<u32>,
}
const STORED_ROWS: u32 = (ROW_BLOCK + 1u) / 2u;
const STORED_QUAD: u32 = 2u;
#else
alias Number = f32;
// A column of the matrix is a row of the weights.
alias Weights = mat4x4<f32>;
const STORED_ROWS: u32 = ROW_BLOCK;
const STORED_QUAD: u32 = 4u;
#endif

// Four columns of a stored row. Past the last of their block they are columns of another, or any number: sums that
// nobody reads.
fn row4(row: u32, column: u32) -> vec4<Number> {
  let at = row * COLUMNS + column;
#if VECTORS
  return stored(at / 4u);
#else
  return vec4<Number>(stored(at), stored(at + 1u), stored(at + 2u), stored(at + 3u));
#endif
}

// The first stored row of a quad, and how many follow within it and its block.
fn first_of(quad: u32) -> u32 {
  let first = lane.index * ROW_BLOCKS * STORED_ROWS;
  if (ROW_BLOCKS == 1u || ROW_BLOCK % 4u == 0u) {
    return first + quad * STORED_QUAD;
  }
  return first + quad / ROW_QUADS * STORED_ROWS + quad % ROW_QUADS * STORED_QUAD;
}

fn more_of(quad: u32) -> u32 {
  if (ROW_BLOCK % 4u == 0u) {
    return STORED_QUAD - 1u;
  }
  return STORED_ROWS - 1u - quad % ROW_QUADS * STORED_QUAD;
}

// The weights of four columns and a quad of rows. Those past the last row of a block repeat it and meet a zero operand.
fn weights_of(column: u32, quad: u32) -> Weights {
  let first = first_of(quad);
  let more = more_of(quad);
#if PACKED
  return Weights(row4(first, column), row4(first + min(1u, more), column));
#else
  return Weights(
    row4(first, column),
    row4(first + min(1u, more), column),
    row4(first + min(2u, more), column),
    row4(first + min(3u, more), column),
  );
#endif
}

fn column_of(quad: u32) -> u32 {
  return quad / COLUMN_QUADS * COLUMN_BLOCK + quad % COLUMN_QUADS * 4u;
}

fn unpacked(w: Weights) -> mat4x4<f32> {
#if PACKED
  let x0 = unpack2x16float(w.first.x);
  let y0 = unpack2x16float(w.first.y);
  let z0 = unpack2x16float(w.first.z);
  let w0 = unpack2x16float(w.first.w);
  let x1 = unpack2x16float(w.second.x);
  let y1 = unpack2x16float(w.second.y);
  let z1 = unpack2x16float(w.second.z);
  let w1 = unpack2x16float(w.second.w);
  return mat4x4<f32>(
    vec4<f32>(x0.x, y0.x, z0.x, w0.x),
    vec4<f32>(x0.y, y0.y, z0.y, w0.y),
    vec4<f32>(x1.x, y1.x, z1.x, w1.x),
    vec4<f32>(x1.y, y1.y, z1.y, w1.y),
  );
#else
  return w;
#endif
}
