// The pointwise part of a GRU step backward, reset after the product, for the kernels of one time step; p and the
// bindings as in gru_backward.
//   dn = dh∘(1-z)∘(1-n²)  dz = dh∘(h-n)∘z(1-z)  dq = dn∘r  dr = dn∘q∘r(1-r) with dh = dh[t+1] + from_next;
//   dh∘z goes straight to slot t

// What the cell needs besides the product from_next, to be loaded before it.
struct Given {
  a: vec3<f32>,
  q: f32,
  h: f32,
  dh: f32,
  dh_now: f32,
  counts: bool,
}

fn given(row: u32, unit: u32) -> Given {
  let step = p.t * p.batch + row;
  let now = step * p.units + unit;
  let next = now + p.batch * p.units;
  let at = step * 3u * p.units + unit;
  let a = vec3<f32>(gates[at], gates[at + p.units], gates[at + 2u * p.units]);
  return Given(a, q[now], h[now], dh[next], dh[now], p.masked == 0u || mask[step] != 0u);
}

fn cell(row: u32, unit: u32, x: Given, from_next: f32) {
  let step = p.t * p.batch + row;
  let now = step * p.units + unit;
  let at = step * 3u * p.units + unit;
  let dh_total = x.dh + from_next;
  var d = vec3<f32>();
  var dq = 0.0;
  var onward = dh_total;
  if (x.counts) {
    let z = x.a.x;
    let r = x.a.y;
    let n = x.a.z;
    let dn = dh_total * (1.0 - z) * (1.0 - n * n);
    d = vec3<f32>(dh_total * (x.h - n) * z * (1.0 - z), dn * x.q * r * (1.0 - r), dn);
    dq = dn * r;
    onward = dh_total * z;
  }
  gates[at] = d.x;
  gates[at + p.units] = d.y;
  gates[at + 2u * p.units] = d.z;
  q[now] = dq;
  dh[now] = x.dh_now + onward;
}
