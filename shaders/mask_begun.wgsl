// begun[t,n] = 1 where mask[s,n] is not 0 for a step s up to t, with p.reverse = 1 for a step from t on.
//
// mask, begun [steps,batch]. Threads: one a batch row, which walks through the steps; 64 in a workgroup.
struct Params {
  steps: u32,
  batch: u32,
  reverse: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read_write> begun: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.x;
  if (row >= p.batch) {
    return;
  }
  var seen = 0u;
  for (var t = 0u; t < p.steps; t++) {
    let at = select(t, p.steps - 1u - t, p.reverse == 1u) * p.batch + row;
    seen |= min(mask[at], 1u);
    begun[at] = seen;
  }
}
