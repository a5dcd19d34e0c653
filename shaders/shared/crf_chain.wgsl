// A linear chain of tags: scores x [T,N,K] of tags, chain [K+2,K]: row i < K from tag i to each, row K before the first step
// counted, row K+1 after the last. A step counts where its entry of `tags` is a tag.
// A sequence is a row of each_row.wgsl, whose threads share the tags; not SERIAL, with a storage barrier a step.
#import activation
#import each_row

// Where the tags of step t of sequence n begin.
fn at_step(t: u32, n: u32) -> u32 {
  return (t * p.batch + n) * p.tag_count;
}

fn is_counted(t: u32, n: u32) -> bool {
  return tags[t * p.batch + n] < p.tag_count;
}
