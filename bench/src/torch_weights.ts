// Weights and chunks as PyTorch takes them, in a file that the script of bench/torch reads.
import { writeSafetensors } from '../../src/io/safetensors.ts';
import type { Weight } from './data.ts';
import type { PreparedTask } from './engines/engine.ts';
import { type Cell, gatesOf } from './works.ts';

/** Place of each gate block of torch (LSTM i,f,g,o; GRU r,z,n) in Keras' order (i,f,c,o; z,r,h). */
const order: Readonly<Record<Cell, readonly number[]>> = { lstm: [0, 1, 2, 3], gru: [1, 0, 2], rnn: [0] };

type Stored = { shape: readonly number[]; data: Float32Array | Int32Array };

/** The state dict of the script's model, and `ids` [chunks,T,N] or `x` [1,T,N,D] with `labels` [chunks,T·N]. */
export function torchTensors({ work, cell, weights, chunks, features }: PreparedTask): Map<string, Stored> {
  const { N, T, D } = work;
  const tensors = new Map<string, Stored>();
  const put = (name: string, data: Stored['data'], ...shape: number[]) => tensors.set(name, { shape, data });
  if (weights.embedding) put('embedding.weight', weights.embedding.values, ...weights.embedding.shape);
  weights.cells.forEach(({ kernel, recurrent, bias }, i) => {
    put(`recurrent.weight_ih_l${i}`, gateRows(kernel, cell), ...[...kernel.shape].reverse());
    put(`recurrent.weight_hh_l${i}`, gateRows(recurrent, cell), ...[...recurrent.shape].reverse());
    // Torch has two biases everywhere; where ours has one, the other is zero.
    const width = gatesOf[cell] * work.H;
    const rows = [bias.values.subarray(0, width), bias.values.subarray(width)];
    ['ih', 'hh'].forEach((name, row) => {
      const values = rows[row].length > 0 ? rows[row] : new Float32Array(width);
      put(`recurrent.bias_${name}_l${i}`, gateRows({ shape: [1, width], values }, cell), width);
    });
  });
  const { kernel, bias } = weights.dense;
  if (kernel) put('head.weight', transposed(kernel), ...[...kernel.shape].reverse());
  put('head.bias', bias.values, ...bias.shape);
  const used = features ? chunks.slice(0, 1) : chunks;
  if (features) put('x', features, 1, T, N, D);
  else put('ids', joined(used.map(({ ids }) => ids)), used.length, T, N);
  put('labels', joined(used.map(({ labels }) => labels)), used.length, T * N);
  return tensors;
}

/** The file's bytes. */
export function torchFile(task: PreparedTask): Uint8Array {
  return writeSafetensors(torchTensors(task));
}

/** Keras' [inputs, G·H] to torch's [G·H, inputs], its gates in torch's order. */
function gateRows({ shape, values }: Weight, cell: Cell): Float32Array {
  const [inputs, width] = shape;
  const units = width / gatesOf[cell];
  const out = new Float32Array(values.length);
  for (const [place, from] of order[cell].entries()) {
    for (let unit = 0; unit < units; unit++) {
      for (let i = 0; i < inputs; i++) {
        out[(place * units + unit) * inputs + i] = values[i * width + from * units + unit];
      }
    }
  }
  return out;
}

function transposed({ shape: [rows, cols], values }: Weight): Float32Array {
  return Float32Array.from(values, (_, at) => values[(at % rows) * cols + Math.floor(at / rows)]);
}

function joined(parts: readonly Int32Array[]): Int32Array {
  return Int32Array.from(parts.flatMap((part) => [...part]));
}
