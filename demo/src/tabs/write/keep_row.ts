// A kernel of the page's own: keeps the logits of each drawn character on the device until several are read at once.
import { type Builder, clock, defineKernel, linearGrid, type Tensor } from 'webgpu-rnn';

const wgsl = /* wgsl */ `
// tape[runs mod capacity, v] = row[v]; one thread an element.
struct Params {
  columns: u32,
  capacity: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> row: array<f32>;
@group(0) @binding(2) var<storage, read> clock: array<u32>;
@group(0) @binding(3) var<storage, read_write> tape: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let v = (group.y * groups.x + group.x) * 64u + thread;
  if (v >= p.columns) {
    return;
  }
  tape[clock[1] % p.capacity * p.columns + v] = row[v];
}
`;

const keepRowKernel = defineKernel({
  name: 'keep_row',
  wgsl,
  bindings: { row: 'read', clock: 'read u32', tape: 'readwrite' },
  params: { columns: 'u32', capacity: 'u32' },
  workgroups: (p) => linearGrid(p.columns, 64),
  reference({ row, clock, tape }, p) {
    const first = (clock[1] % p.capacity) * p.columns;
    for (let v = 0; v < p.columns; v++) tape[first + v] = row[v];
  },
  cost: (p) => ({ flops: 0, bytes: 8 * p.columns }),
});

/** Emits the copy of row [1,V] to its place in a new state [capacity,V], by the count of runs of the plan's clock. */
export function keepRow(b: Builder, row: Tensor, capacity: number): Tensor {
  const columns = row.shape.at(-1)!;
  const tape = b.state('kept rows', [capacity, columns]);
  b.dispatch(keepRowKernel, { row, clock: clock(b), tape }, { columns, capacity });
  return tape;
}
