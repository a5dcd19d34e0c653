// Cases of the softmax over keys: each mask, causal order, rows that allow nothing, both layouts of scores.
import {
  constant,
  exactly,
  extreme,
  integers,
  type KernelCase,
  normal,
  type TensorCase,
} from './kernel_case.ts';

interface Options {
  query?: TensorCase;
  key?: TensorCase;
  value?: TensorCase;
  causal?: 0 | 1;
  values?: (shape: readonly number[]) => TensorCase;
  /** Scores [h,N,Tq,Tk] instead of [Tq,N,Tk]. */
  heads?: number;
}

function softmax(name: string, Tq: number, N: number, Tk: number, options: Options = {}): KernelCase {
  const { query, key, value, causal = 0, values = normal, heads } = options;
  const rows = Tq * N * (heads ?? 1);
  const none = constant([4], 0);
  return {
    name: `${name} ${rows}x${Tk}`,
    params: {
      ...{ rows, keys: Tk, batch: N, queries: Tq, causal },
      ...(heads ? { batch_step: Tq, query_step: 1 } : { batch_step: 1, query_step: N }),
      masks: (query ? 1 : 0) + (key ? 2 : 0) + (value ? 4 : 0),
    },
    tensors: {
      x: values([rows, Tk]),
      query_mask: query ?? none,
      key_mask: key ?? none,
      value_mask: value ?? none,
      y: constant([rows, Tk], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  softmax('one', 1, 1, 1),
  softmax('no mask', 9, 7, 33),
  softmax('keys', 5, 3, 65, { key: integers([65, 3], 2) }),
  softmax('values', 5, 3, 9, { value: integers([9, 3], 2) }),
  softmax('queries', 5, 3, 9, { query: integers([5, 3], 2) }),
  softmax('all masks', 5, 3, 70, {
    query: integers([5, 3], 2),
    key: integers([70, 3], 2),
    value: integers([70, 3], 2),
    causal: 1,
  }),
  softmax('causal', 6, 2, 6, { causal: 1 }),
  softmax('nothing allowed', 2, 2, 5, { key: constant([5, 2], 0) }),
  softmax('a large score that is not allowed', 1, 1, 4, {
    key: exactly([4, 1], [0, 1, 1, 0]),
    values: (shape) => exactly(shape, [1e4, 1, -2, 3e4]),
  }),
  softmax('heads', 5, 3, 6, { heads: 2, key: integers([6, 3], 2), causal: 1 }),
  softmax('extreme', 3, 2, 65, { values: extreme }),
  { ...softmax('large', 64, 32, 128), bench: true },
];
