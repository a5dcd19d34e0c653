// Sums over the last axis of one row, by the threads that each_row.wgsl gives it: SERIAL without barriers, else with two
// barriers a sum and 0.6 KiB of workgroup memory. The order of every sum is fixed.
#import each_row
#if !SERIAL
var<workgroup> lane_sums: array<vec2<f32>, 64>;
var<workgroup> eighth_sums: array<vec2<f32>, 8>;
#endif

// The sums of the parts of a row, in every thread of it; all threads of the workgroup must call it.
fn row_sums(lane: u32, part: vec2<f32>) -> vec2<f32> {
#if SERIAL
  return part;
#else
  lane_sums[lane] = part;
  workgroupBarrier();
  if (lane < 8u) {
    var eighth = lane_sums[8u * lane];
    for (var i = 1u; i < 8u; i++) {
      eighth += lane_sums[8u * lane + i];
    }
    eighth_sums[lane] = eighth;
  }
  workgroupBarrier();
  var whole = eighth_sums[0];
  for (var i = 1u; i < 8u; i++) {
    whole += eighth_sums[i];
  }
  return whole;
#endif
}
