// Several sums of slices at once: for each part, to[to_at + row·lines + col] (+)= sum over s of
// source[source_at + s·slice + row·cols + col], in the order of s.
//
// parts [count, 9] u32: first workgroup, source_at, slice, slices, rows·cols, cols, to_at, lines, accumulate; parts begin
// with a workgroup each, in rising order.
// Threads: one an element, 64 in a workgroup, in a grid of two dimensions. The launcher has checked that no two parts
// write one element.
#import linear_index
struct Params {
  count: u32,
  groups: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> parts: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> to: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let place = linear_index(group, groups, thread, 64u);
  let own = place / 64u;
  var part = 0u;
  while (part + 9u < 9u * p.count && parts[part + 9u] <= own) {
    part += 9u;
  }
  let i = place - 64u * parts[part];
  if (i >= parts[part + 4u]) {
    return;
  }
  let first = parts[part + 1u] + i;
  let slice = parts[part + 2u];
  let slices = parts[part + 3u];
  let cols = parts[part + 5u];
  var sum = 0.0;
  for (var s = 0u; s < slices; s++) {
    sum += source[first + s * slice];
  }
  let at = parts[part + 6u] + i / cols * parts[part + 7u] + i % cols;
  if (parts[part + 8u] == 1u) {
    sum += to[at];
  }
  to[at] = sum;
}
