// Bindings and pointwise part of a GRU step backward, reset after the product, for the kernels of one time step;
// gru_backward says what the tensors hold.
//   dn = dh∘(1-z)∘(1-n²)  dz = dh∘(h-n)∘z(1-z)  dq = dn∘r  dr = dn∘q∘r(1-r) with dh = dh after + from_next;
//   dh∘z goes straight to dh before
#import recurrent_lane
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(6) var<storage, read_write> dh: array<f32>;

// The last step has none after it.
fn multiplies() -> bool {
  return p.last == 0u;
}

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
  let step = lane.step + row;
  let before = (lane.before + row) * p.units + unit;
  let after = (lane.after + row) * p.units + unit;
  let at = step * 3u * p.units + unit;
  let a = vec3<f32>(gates[at], gates[at + p.units], gates[at + 2u * p.units]);
  let counts = p.masked == 0u || mask[lane.mask + row] != 0u;
  return Given(a, q[step * p.units + unit], h[before], dh[after], dh[before], counts);
}

fn cell(row: u32, unit: u32, x: Given, from_next: f32) {
  let step = lane.step + row;
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
  q[step * p.units + unit] = dq;
  dh[(lane.before + row) * p.units + unit] = x.dh_now + onward;
}
