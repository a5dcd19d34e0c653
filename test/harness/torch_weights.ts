// Recurrent weights between PyTorch's layout and the file layout of this library, for comparison with golden values.

export type TorchCell = 'lstm' | 'gru' | 'rnn_tanh' | 'rnn_relu';

/** Place of each of our gate blocks in torch's order: GRU is z,r,h here and r,z,n there; the others agree. */
const ORDER: Record<TorchCell, number[]> = {
  lstm: [0, 1, 2, 3],
  gru: [1, 0, 2],
  rnn_tanh: [0],
  rnn_relu: [0],
};

/** torch [G·H,I] or bias [G·H] to ours [I,G·H] or [G·H]. */
export function fromTorch(cell: TorchCell, data: ArrayLike<number>, shape: readonly number[]): Float64Array {
  return move(cell, shape, (ours, theirs, out) => {
    out[ours] = data[theirs];
  });
}

/** Ours to torch; `shape` is torch's. */
export function toTorch(cell: TorchCell, data: ArrayLike<number>, shape: readonly number[]): Float64Array {
  return move(cell, shape, (ours, theirs, out) => {
    out[theirs] = data[ours];
  });
}

function move(
  cell: TorchCell,
  [width, inputs = 1]: readonly number[],
  assign: (ours: number, theirs: number, out: Float64Array) => void,
): Float64Array {
  const order = ORDER[cell];
  const units = width / order.length;
  const out = new Float64Array(width * inputs);
  for (let gate = 0; gate < order.length; gate++) {
    for (let unit = 0; unit < units; unit++) {
      for (let i = 0; i < inputs; i++) {
        assign(i * width + gate * units + unit, (order[gate] * units + unit) * inputs + i, out);
      }
    }
  }
  return out;
}
