// y = softmax(x) over the columns of each row that masks and order allow; 0 elsewhere, and in rows that allow none.
//
// x, y [rows,keys]. Row r asks for sample n = r / batch_step mod batch at step q = r / query_step mod queries. A column is
// allowed unless query_mask[q,n], key_mask[col,n] or value_mask[col,n] is 0, each where masks has bit 1, 2 or 4, or causal
// is 1 and col > q. Threads: as shaders/shared/each_row.wgsl says.
#import softmax_row
struct Params {
  rows: u32,
  keys: u32,
  batch: u32,
  batch_step: u32,
  queries: u32,
  query_step: u32,
  masks: u32,
  causal: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> query_mask: array<u32>;
@group(0) @binding(3) var<storage, read> key_mask: array<u32>;
@group(0) @binding(4) var<storage, read> value_mask: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

// Below every score, and so far from the lowest number that differences stay finite.
const NOTHING_YET = -1e38;

fn allowed(sample: u32, query: u32, col: u32) -> bool {
  if (p.causal == 1u && col > query) {
    return false;
  }
  if ((p.masks & 1u) != 0u && query_mask[query * p.batch + sample] == 0u) {
    return false;
  }
  if ((p.masks & 2u) != 0u && key_mask[col * p.batch + sample] == 0u) {
    return false;
  }
  return (p.masks & 4u) == 0u || value_mask[col * p.batch + sample] != 0u;
}

fn row_count() -> u32 {
  return p.rows;
}

fn compute_row(row: u32, lane: u32) {
  let sample = row / p.batch_step % p.batch;
  let query = row / p.query_step % p.queries;
  let first = row * p.keys;
  var part = vec4<f32>(NOTHING_YET, 0.0, 0.0, 0.0);
  for (var col = lane; col < p.keys; col += LANES) {
    if (allowed(sample, query, col)) {
      part = add_to_part(part, x[first + col], 0.0);
    }
  }
  let whole = whole_row(lane, part);
  for (var col = lane; col < p.keys; col += LANES) {
    var value = 0.0;
    if (allowed(sample, query, col)) {
      value = safe_exp(x[first + col] - whole.x) / whole.y;
    }
    y[first + col] = value;
  }
}
