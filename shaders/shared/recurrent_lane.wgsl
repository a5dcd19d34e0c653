// Where a step of a recurrence lies, for kernels whose params have steps, batch and reverse.
//
// t counts the steps in the order in which they are computed: from the first, or with p.reverse = 1 from the last. The
// two directions of a bidirectional layer are two lanes of one dispatch, workgroup_id.z, of which lane 1 goes the other way.
// All tensors but the mask have a part for each lane. Of the states [T+1,N,H], step t reads slot t and writes slot t+1;
// in reverse it reads slot t+1 and writes slot t.

// The first of the rows that belong to a step of this lane.
struct Lane {
  index: u32,
  // In [lanes·T,N], and of the step that is computed next.
  step: u32,
  following: u32,
  // In the mask [T,N].
  mask: u32,
  // In [lanes·(T+1),N]: the states before the step and after it.
  before: u32,
  after: u32,
  // In [lanes,N].
  row: u32,
}
var<private> lane: Lane;

// Every thread calls it before a step; `index` is workgroup_id.z.
fn enter(index: u32, t: u32) {
  let reverse = p.reverse ^ index;
  let time = select(t, p.steps - 1u - t, reverse == 1u);
  let step = index * p.steps + time;
  let slot = step + index;
  lane = Lane(
    index,
    step * p.batch,
    // No step follows the last one, where this may wrap around.
    (step + 1u - 2u * reverse) * p.batch,
    time * p.batch,
    (slot + reverse) * p.batch,
    (slot + 1u - reverse) * p.batch,
    index * p.batch,
  );
}
