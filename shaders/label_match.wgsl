// score[row] = 1 where predicted and given label agree, else 0.
//
// predicted, labels [M] u32, score [M]. Threads: one a row.
#import each_element
struct Params {
  rows: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> predicted: array<u32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> score: array<f32>;

fn element_count() -> u32 {
  return p.rows;
}

fn compute_element(row: u32) {
  score[row] = select(0.0, 1.0, predicted[row] == labels[row]);
}
