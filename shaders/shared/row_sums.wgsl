// Sums over the last axis of one row. SERIAL: one thread a row and no barrier, for devices where a barrier is dear. Else one
// workgroup of 64 a row, two barriers a sum and 0.6 KiB of workgroup memory. The order of every sum is fixed.
#import linear_index
#if SERIAL
const LANES = 1u;
#else
const LANES = 64u;
var<workgroup> lane_sums: array<vec2<f32>, 64>;
var<workgroup> eighth_sums: array<vec2<f32>, 8>;
#endif

fn row_index(group: vec3<u32>, groups: vec3<u32>, thread: u32) -> u32 {
#if SERIAL
  return linear_index(group, groups, thread, 64u);
#else
  return group.y * groups.x + group.x;
#endif
}

fn lane_index(thread: u32) -> u32 {
#if SERIAL
  return 0u;
#else
  return thread;
#endif
}

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
