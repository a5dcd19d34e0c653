// The sum of one value of each of 256 threads, in a fixed order: 16 sums of 16, then their sum.
// Two barriers and 1.1 KiB of workgroup memory; all threads of the workgroup must call it, and thread 0 gets the sum.
var<workgroup> thread_values: array<f32, 256>;
var<workgroup> sixteenths: array<f32, 16>;

fn workgroup_sum(thread: u32, value: f32) -> f32 {
  thread_values[thread] = value;
  workgroupBarrier();
  if (thread < 16u) {
    var sum = 0.0;
    for (var i = 0u; i < 16u; i++) {
      sum += thread_values[16u * thread + i];
    }
    sixteenths[thread] = sum;
  }
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < 16u; i++) {
    sum += sixteenths[i];
  }
  return sum;
}
