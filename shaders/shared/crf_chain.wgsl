// A linear chain of tags: scores x [T,N,K] of tags, chain [K+2,K]: row i < K from tag i to each, row K before the first step
// counted, row K+1 after the last. A step counts where its entry of `tags` is a tag.
// SERIAL: one thread a sequence and no barrier, for devices where a barrier is dear. Else one workgroup of 64 a sequence,
// whose threads share the tags, with a storage barrier a step.
#import activation
#import linear_index
#if SERIAL
const LANES = 1u;
#else
const LANES = 64u;
#endif

fn sequence_index(group: vec3<u32>, groups: vec3<u32>, thread: u32) -> u32 {
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

// What the threads of a sequence have written is seen by all of them.
fn step_done() {
#if !SERIAL
  storageBarrier();
#endif
}

// Where the tags of step t of sequence n begin.
fn at_step(t: u32, n: u32) -> u32 {
  return (t * p.batch + n) * p.tag_count;
}

fn is_counted(t: u32, n: u32) -> bool {
  return tags[t * p.batch + n] < p.tag_count;
}
