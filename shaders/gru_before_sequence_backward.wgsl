// All GRU time steps backward in one dispatch, reset before the product, from the last; each as in
// gru_before_candidate_backward and gru_before_gates_backward.
//   dh = dh[t+1] + dz[t+1]·rt_z + dr[t+1]·rt_r;  dn = dh∘(1-z)∘(1-n²);  dz = dh∘(h-n)∘z(1-z);
//   d(rh) = dn·rt_n;  dr = d(rh)∘h∘r(1-r);  dh[t] += dh∘z + d(rh)∘r
//
// gates [T,N,3,H], blocks z|r|n, holds the activated gates and becomes dz|dr|dn. rt [3,H,H] is R transposed by gates,
// rt[g,k,j] = R[j,g,k], or its packed halves. h [T+1,N,H] holds the states. dh [T+1,N,H] holds the gradients from above;
// what flows past the products, or past a masked row, is added to slot t.
// Threads and workgroup memory: see shared/recurrent_columns.wgsl; column g·H+j sums gate g of unit j. A step is two
// products: dz and dr of the step after it, then dn of its own. The slot of dh that the next step needs stays in
// registers. The launcher has checked as for gru_before_sequence_forward.
#import recurrent_columns
struct Params {
  steps: u32,
  batch: u32,
  units: u32,
  masked: u32,
  rows: u32,
  registers: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rt: array<Stored>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> h: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;

fn part(column: u32) -> u32 {
  return column / UNITS;
}

fn stored(column: u32, i: u32) -> Stored {
  return rt[(column / UNITS * STORED_ROWS + i) * UNITS + column % UNITS];
}

fn gates4(at: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(gates[at.x], gates[at.y], gates[at.z], gates[at.w]);
}

fn dh4(at: vec4<u32>) -> vec4<f32> {
  return vec4<f32>(dh[at.x], dh[at.y], dh[at.z], dh[at.w]);
}

fn put_gates(at: vec4<u32>, exists: vec4<bool>, values: vec4<f32>) {
  gates[at.x] = values.x;
  if (exists.y) {
    gates[at.y] = values.y;
  }
  if (exists.z) {
    gates[at.z] = values.z;
  }
  if (exists.w) {
    gates[at.w] = values.w;
  }
}

fn put_dh(at: vec4<u32>, exists: vec4<bool>, values: vec4<f32>) {
  dh[at.x] = values.x;
  if (exists.y) {
    dh[at.y] = values.y;
  }
  if (exists.z) {
    dh[at.z] = values.z;
  }
  if (exists.w) {
    dh[at.w] = values.w;
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let quad = quad_of(thread, group.x, p.batch);
  let stride = p.batch * UNITS;
  // Positions of the four units in a [N,H] slot.
  let at = quad.row * UNITS + quad.units;
  // The gradient of slot t+1.
  var arrived = vec4<f32>();
  if (quad.works) {
    arrived = dh4(p.steps * stride + at);
  }
  prepare(thread);
  for (var i = 0u; i < p.steps; i++) {
    // Loaded before the product, which hides the latency. In the last step the operand of z and r is zero.
    let t = p.steps - 1u - i;
    let now = t * stride + at;
    let at_z = 3u * (t * p.batch + quad.row) * UNITS + quad.units;
    let at_r = at_z + UNITS;
    let at_n = at_r + UNITS;
    let column = quad.units.x;
    var z = vec4<f32>();
    var reset = vec4<f32>();
    var n = vec4<f32>();
    var before = vec4<f32>();
    var above = vec4<f32>();
    var counts = true;
    if (quad.works) {
      z = gates4(at_z);
      reset = gates4(at_r);
      n = gates4(at_n);
      before = vec4<f32>(h[now.x], h[now.y], h[now.z], h[now.w]);
      above = dh4(now);
      counts = p.masked == 0u || mask[t * p.batch + quad.row] != 0u;
    }
    products(thread, 0u, 2u * UNITS);
    workgroupBarrier();
    if (quad.works) {
      let dh_total = arrived + sums4(quad.local_row, column, 1u) + sums4(quad.local_row, column + UNITS, 1u);
      var dz = vec4<f32>();
      var dn = vec4<f32>();
      arrived = above + dh_total;
      if (counts) {
        dn = dh_total * (1.0 - z) * (1.0 - n * n);
        dz = dh_total * (before - n) * z * (1.0 - z);
        arrived = above + dh_total * z;
      }
      put_gates(at_z, quad.exists, dz);
      put_gates(at_n, quad.exists, dn);
      put_operand(quad, 0u, dz);
      put_operand(quad, 2u, dn);
    }
    workgroupBarrier();
    products(thread, 2u * UNITS, UNITS);
    workgroupBarrier();
    if (quad.works) {
      var dr = vec4<f32>();
      if (counts) {
        let through = sums4(quad.local_row, column + 2u * UNITS, 1u);
        dr = through * before * reset * (1.0 - reset);
        arrived += through * reset;
      }
      put_gates(at_r, quad.exists, dr);
      put_dh(now, quad.exists, arrived);
      put_operand(quad, 1u, dr);
    }
    workgroupBarrier();
  }
}
