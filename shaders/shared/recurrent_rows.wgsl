// The recurrent product of one time step without workgroup memory, for the plain step kernels:
//   sum[row,unit] = sum over k < p.units of product(operand(row_start(row), k), weight(k, unit))
//
// Threads: one for ROWS batch rows (1, 2, 4 or 8) and four units, 4 apart: a weight that is loaded serves all rows, and an
// operand all units. A workgroup of 4x4 threads covers 16 units x 4·ROWS rows. Rows and units past the edge stand for the last.
// The kernel declares the types Operand, Weight and Sum, row_start(row), operand(start, k), weight(k, unit),
// product(operand, weight), and by its cell given(row, unit) and cell(row, unit, x, sum), called for each pair that exists.
// Sums are written out, because an indexed array would lie in memory.
// multiplies() is false where the sums are zero because there is nothing to multiply.
@compute @workgroup_size(4, 4)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  enter(group.z, p.t);
  let unit = group.x * 16u + local.x;
  let row = (group.y * 4u + local.y) * ROWS;
  if (unit >= p.units || row >= p.batch) {
    return;
  }
  var a0 = Sum();
  var b0 = Sum();
  var c0 = Sum();
  var d0 = Sum();
  var a1 = Sum();
  var b1 = Sum();
  var c1 = Sum();
  var d1 = Sum();
  var a2 = Sum();
  var b2 = Sum();
  var c2 = Sum();
  var d2 = Sum();
  var a3 = Sum();
  var b3 = Sum();
  var c3 = Sum();
  var d3 = Sum();
  var a4 = Sum();
  var b4 = Sum();
  var c4 = Sum();
  var d4 = Sum();
  var a5 = Sum();
  var b5 = Sum();
  var c5 = Sum();
  var d5 = Sum();
  var a6 = Sum();
  var b6 = Sum();
  var c6 = Sum();
  var d6 = Sum();
  var a7 = Sum();
  var b7 = Sum();
  var c7 = Sum();
  var d7 = Sum();
  if (multiplies()) {
    let last_unit = p.units - 1u;
    let last_row = p.batch - 1u;
    let unit1 = min(unit + 4u, last_unit);
    let unit2 = min(unit + 8u, last_unit);
    let unit3 = min(unit + 12u, last_unit);
    let start0 = row_start(row);
    let start1 = row_start(min(row + 1u, last_row));
    let start2 = row_start(min(row + 2u, last_row));
    let start3 = row_start(min(row + 3u, last_row));
    let start4 = row_start(min(row + 4u, last_row));
    let start5 = row_start(min(row + 5u, last_row));
    let start6 = row_start(min(row + 6u, last_row));
    let start7 = row_start(min(row + 7u, last_row));
    for (var k = 0u; k < p.units; k++) {
      let wa = weight(k, unit);
      let wb = weight(k, unit1);
      let wc = weight(k, unit2);
      let wd = weight(k, unit3);
      let x0 = operand(start0, k);
      a0 += product(x0, wa);
      b0 += product(x0, wb);
      c0 += product(x0, wc);
      d0 += product(x0, wd);
      if (ROWS > 1u) {
        let x1 = operand(start1, k);
        a1 += product(x1, wa);
        b1 += product(x1, wb);
        c1 += product(x1, wc);
        d1 += product(x1, wd);
      }
      if (ROWS > 2u) {
        let x2 = operand(start2, k);
        a2 += product(x2, wa);
        b2 += product(x2, wb);
        c2 += product(x2, wc);
        d2 += product(x2, wd);
        let x3 = operand(start3, k);
        a3 += product(x3, wa);
        b3 += product(x3, wb);
        c3 += product(x3, wc);
        d3 += product(x3, wd);
      }
      if (ROWS > 4u) {
        let x4 = operand(start4, k);
        a4 += product(x4, wa);
        b4 += product(x4, wb);
        c4 += product(x4, wc);
        d4 += product(x4, wd);
        let x5 = operand(start5, k);
        a5 += product(x5, wa);
        b5 += product(x5, wb);
        c5 += product(x5, wc);
        d5 += product(x5, wd);
        let x6 = operand(start6, k);
        a6 += product(x6, wa);
        b6 += product(x6, wb);
        c6 += product(x6, wc);
        d6 += product(x6, wd);
        let x7 = operand(start7, k);
        a7 += product(x7, wa);
        b7 += product(x7, wb);
        c7 += product(x7, wc);
        d7 += product(x7, wd);
      }
    }
  }
  // The cell in one place for all rows: it is long, and a driver takes its time over each copy.
  for (var i = 0u; i < min(ROWS, p.batch - row); i++) {
    var a = a0;
    var b = b0;
    var c = c0;
    var d = d0;
    switch i {
      case 1u: {
        a = a1;
        b = b1;
        c = c1;
        d = d1;
      }
      case 2u: {
        a = a2;
        b = b2;
        c = c2;
        d = d2;
      }
      case 3u: {
        a = a3;
        b = b3;
        c = c3;
        d = d3;
      }
      case 4u: {
        a = a4;
        b = b4;
        c = c4;
        d = d4;
      }
      case 5u: {
        a = a5;
        b = b5;
        c = c5;
        d = d5;
      }
      case 6u: {
        a = a6;
        b = b6;
        c = c6;
        d = d6;
      }
      case 7u: {
        a = a7;
        b = b7;
        c = c7;
        d = d7;
      }
      default: {}
    }
    finish(row + i, unit, a);
    if (unit + 4u < p.units) { finish(row + i, unit + 4u, b); }
    if (unit + 8u < p.units) { finish(row + i, unit + 8u, c); }
    if (unit + 12u < p.units) { finish(row + i, unit + 12u, d); }
  }
}

fn finish(row: u32, unit: u32, sum: Sum) {
  cell(row, unit, given(row, unit), sum);
}
