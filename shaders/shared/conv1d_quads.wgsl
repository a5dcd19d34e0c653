// A convolution in groups, four members of one group a thread: filters, or features. Beyond the last member of a group a
// thread reads that one again and writes nothing. The kernel declares p and put(at, value).
fn group_filters() -> u32 {
  return p.filters / p.group_count;
}

fn group_features() -> u32 {
  return p.features / p.group_count;
}

fn quads_of(members: u32) -> u32 {
  return (members + 3u) / 4u;
}

struct Quad {
  // The group, its first member of these four, and all four within the group.
  part: u32,
  first: u32,
  all: vec4<u32>,
  // What is computed of it: quads of one row lie side by side, [row,part,quad].
  row: u32,
}

fn quad_of(i: u32, members: u32) -> Quad {
  let quads = quads_of(members);
  let first = i % quads * 4u;
  let all = min(vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(members - 1u));
  return Quad(i / quads % p.group_count, first, all, i / quads / p.group_count);
}

// Writes the sums of a quad, of which the first belongs at `at`.
fn put_quad(at: u32, quad: Quad, members: u32, sums: vec4<f32>) {
  put(at, sums.x);
  if (quad.first + 1u < members) {
    put(at + 1u, sums.y);
  }
  if (quad.first + 2u < members) {
    put(at + 2u, sums.z);
  }
  if (quad.first + 3u < members) {
    put(at + 3u, sums.w);
  }
}
