// What PyTorch is handed: weights in its layout, chunks as ours takes them; and that they tell a wrong order of gates.
import { describe, expect, test } from 'vitest';
import { oursOnCpu } from '../../bench/src/engines/ours.ts';
import { prepared } from '../../bench/src/tasks.ts';
import { torchTolerances } from '../../bench/src/tolerances.ts';
import { torchFile, torchTensors } from '../../bench/src/torch_weights.ts';
import { cells, type Work, works } from '../../bench/src/works.ts';
import { readSafetensors } from '../../src/io/safetensors.ts';
import { fromTorch, type TorchCell } from '../harness/torch_weights.ts';

const tiny: Work = { ...works[0], N: 2, T: 3, D: 4, H: 5, V: 7, layers: 2 };
const torchCells: Record<(typeof cells)[number], TorchCell> = { lstm: 'lstm', gru: 'gru', rnn: 'rnn_tanh' };

describe.each(cells)('%s for PyTorch', (cell) => {
  const task = prepared({ work: tiny, cell, mode: 'train' });
  const { tensors } = readSafetensors(torchFile(task));
  const get = (name: string) => {
    const found = tensors.get(name);
    if (!found) throw new Error(`there is no ${name}`);
    return { shape: found.shape, data: found.data as Float32Array };
  };
  const back = (name: string) => [...fromTorch(torchCells[cell], get(name).data, get(name).shape)];

  test('weights are those that the golden values of PyTorch are read by, the other way round', () => {
    task.weights.cells.forEach(({ kernel, recurrent, bias }, i) => {
      expect(get(`recurrent.weight_ih_l${i}`).shape).toEqual([...kernel.shape].reverse());
      expect(back(`recurrent.weight_ih_l${i}`)).toEqual([...kernel.values]);
      expect(back(`recurrent.weight_hh_l${i}`)).toEqual([...recurrent.values]);
      const both = [...back(`recurrent.bias_ih_l${i}`), ...back(`recurrent.bias_hh_l${i}`)];
      const width = both.length / 2;
      const given = [...bias.values];
      expect(both).toEqual(
        given.length === both.length ? given : [...given, ...Array.from({ length: width }, () => 0)],
      );
    });
  });

  test('names are those of the module, the head is transposed', () => {
    const layer = (i: number) =>
      ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => `recurrent.${name}_l${i}`);
    expect([...tensors.keys()].sort()).toEqual(
      ['embedding.weight', ...layer(0), ...layer(1), 'head.bias', 'head.weight', 'ids', 'labels'].sort(),
    );
    const { shape, data } = get('head.weight');
    expect(shape).toEqual([tiny.V, tiny.H]);
    const { values } = task.weights.dense.kernel!;
    expect(data[2 * tiny.H + 3]).toBe(values[3 * tiny.V + 2]);
  });

  test('chunks are time-major', () => {
    expect(tensors.get('ids')!.shape).toEqual([task.chunks.length, tiny.T, tiny.N]);
    expect([...get('labels').data].slice(0, 6)).toEqual([...task.chunks[0].labels]);
  });
});

test('features go in as they are, a tied head is the table', () => {
  const features = prepared({ work: { ...tiny, input: 'features' }, cell: 'lstm', mode: 'train' });
  expect(torchTensors(features).get('x')!.shape).toEqual([1, tiny.T, tiny.N, tiny.D]);
  expect(torchTensors(features).has('ids')).toBe(false);
  const tied = prepared({ work: { ...tiny, D: 5, tied: true }, cell: 'lstm', mode: 'train' });
  expect(torchTensors(tied).has('head.weight')).toBe(false);
});

test.each(['lstm', 'gru'] as const)(
  'gates of %s in a wrong order are off by more than f32 and TF32 may be',
  async (cell) => {
    const work: Work = { ...works[0], N: 2, T: 8 };
    const first = async (swap: boolean) => {
      const task = prepared({ work, cell, mode: 'forward' });
      for (const { values } of swap ? [task.weights.cells[0].kernel, task.weights.cells[0].recurrent] : []) {
        // The first two gates of each row change places.
        const width = (cell === 'lstm' ? 4 : 3) * work.H;
        for (let at = 0; at < values.length; at += width) {
          const gate = values.slice(at, at + work.H);
          values.copyWithin(at, at + work.H, at + 2 * work.H);
          values.set(gate, at + work.H);
        }
      }
      const runner = await oursOnCpu('f64').prepare(task);
      return runner.block(1);
    };
    expect(Math.abs((await first(true)) - (await first(false)))).toBeGreaterThan(torchTolerances.tf32);
  },
);
