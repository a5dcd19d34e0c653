// Cases of the gradients of the scores of additive attention, for queries and for keys.
import { constant, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

interface Options {
  scaled?: 0 | 1;
  wanted?: 0 | 1;
  accumulate?: 0 | 1;
  at?: number;
}

function gradient(
  side: 'query' | 'key',
  [steps, batch, others, units]: readonly [number, number, number, number],
  { scaled = 1, wanted = 1, accumulate = 0, at = 0 }: Options = {},
): KernelCase {
  const keys = side === 'query' ? others : steps;
  const [long, short] = [batch * keys, 1];
  const own = [steps, batch, units];
  const placed = (t: TensorCase) => (at ? unaligned(t, at) : t);
  const traits = [scaled && 'scaled', wanted && 'parts', accumulate && 'added', at && 'unaligned'];
  return {
    name: `${side} ${own.join('x')} and ${others} ${traits.filter(Boolean).join(' ')}`,
    sum: others,
    params: {
      ...{ steps, others, batch, units, batch_step: keys, scaled, wanted, accumulate },
      own_step: side === 'query' ? long : short,
      other_step: side === 'query' ? short : long,
    },
    tensors: {
      own: placed(normal(own)),
      other: placed(normal([others, batch, units])),
      scale: scaled ? normal([units]) : constant([4], 7),
      scores: normal([steps * batch * others]),
      d_own: placed(accumulate ? normal(own) : constant(own, 9)),
      parts: wanted ? constant(own, 9) : constant([4], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  gradient('query', [1, 1, 1, 1]),
  gradient('query', [5, 3, 7, 9]),
  gradient('key', [7, 3, 5, 9]),
  gradient('key', [7, 3, 5, 9], { wanted: 0 }),
  gradient('query', [3, 2, 33, 4], { scaled: 0, wanted: 0 }),
  gradient('key', [3, 2, 5, 3], { accumulate: 1, at: 37 }),
  { ...gradient('query', [16, 16, 32, 64]), bench: true },
];
