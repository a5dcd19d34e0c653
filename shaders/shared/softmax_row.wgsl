// The softmax of one row in one pass. A part is (m, Σ exp(x-m), Σ q, Σ q·(x-m)) over some elements x with weights q,
// m their maximum; parts are merged in a fixed order, and no term overflows or cancels, however large x is.
// By the threads that each_row.wgsl gives a row: SERIAL without barriers, else with two barriers and 1.2 KiB of workgroup
// memory. A part starts as (some x of the row, 0, 0, 0), so that idle threads count for nothing.
#import activation
#import each_row
#if !SERIAL
var<workgroup> lane_parts: array<vec4<f32>, 64>;
var<workgroup> eighth_parts: array<vec4<f32>, 8>;
#endif

fn add_to_part(part: vec4<f32>, x: f32, q: f32) -> vec4<f32> {
  if (x > part.x) {
    let shift = part.x - x;
    return vec4<f32>(x, part.y * safe_exp(shift) + 1.0, part.z + q, part.w + part.z * shift);
  }
  let below = x - part.x;
  return vec4<f32>(part.x, part.y + safe_exp(below), part.z + q, part.w + q * below);
}

fn merge_parts(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  let m = max(a.x, b.x);
  let da = a.x - m;
  let db = b.x - m;
  return vec4<f32>(
    m,
    a.y * safe_exp(da) + b.y * safe_exp(db),
    a.z + b.z,
    a.w + a.z * da + b.w + b.z * db,
  );
}

// The part of the whole row, in every thread of it; all threads of the workgroup must call it.
fn whole_row(lane: u32, part: vec4<f32>) -> vec4<f32> {
#if SERIAL
  return part;
#else
  lane_parts[lane] = part;
  workgroupBarrier();
  if (lane < 8u) {
    var eighth = lane_parts[8u * lane];
    for (var i = 1u; i < 8u; i++) {
      eighth = merge_parts(eighth, lane_parts[8u * lane + i]);
    }
    eighth_parts[lane] = eighth;
  }
  workgroupBarrier();
  var whole = eighth_parts[0];
  for (var i = 1u; i < 8u; i++) {
    whole = merge_parts(whole, eighth_parts[i]);
  }
  return whole;
#endif
}
