// Random words by position: the same hash as randomWord() in src/core/random.ts
// (pcg3d of Jarzynski and Olano, JCGT 9(3), 2020; the first word is used).
fn random_word(a: u32, b: u32, c: u32) -> u32 {
  var v = vec3<u32>(a, b, c) * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3<u32>(16u);
  v.x += v.y * v.z;
  return v.x;
}

// A word as a number in (0, 1): 23 bits and a half, never 0 and never 1, exact in f32.
fn unit_interval(word: u32) -> f32 {
  return (f32(word >> 9u) + 0.5) * (1.0 / 8388608.0);
}
