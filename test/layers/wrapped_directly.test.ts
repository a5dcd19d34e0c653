// Wrappers take a layer or a cell itself in place of options, and layers of tags stand in the functional style.
import { expect, test } from 'vitest';
import {
  bidirectional,
  crf,
  dense,
  gruCell,
  input,
  lstm,
  lstmCell,
  model,
  rnn,
  simpleRNN,
} from '../../src/index.ts';

test('bidirectional takes a layer', () => {
  const layer = lstm({ units: 3, returnSequences: true });
  expect(bidirectional(layer).getConfig()).toEqual(bidirectional({ layer }).getConfig());
  const stack = rnn([lstmCell({ units: 2 }), gruCell({ units: 3 })]);
  expect(bidirectional(stack).getConfig()).toEqual(bidirectional({ layer: stack }).getConfig());
  expect(() => bidirectional(dense({ units: 3 }) as never)).toThrow(/\[/);
});

test('rnn takes a cell, or several', () => {
  const cell = lstmCell({ units: 3 });
  expect(rnn(cell).getConfig()).toEqual(rnn({ cell }).getConfig());
  expect(rnn([cell, gruCell({ units: 2 })]).cells).toHaveLength(2);
  expect(() => rnn(simpleRNN({ units: 2 }) as never)).toThrow(/cell/);
});

test('a crf is applied to tensors, and says whether it is trained', () => {
  const x = input({ shape: [null, 2] });
  const chain = crf();
  const tags = chain(dense({ units: 4 })(bidirectional(lstm({ units: 3, returnSequences: true }))(x)));
  expect(model({ inputs: x, outputs: tags }).countParams()).toBeGreaterThan(0);
  expect(chain.getConfig?.().trainable).toBe(true);
  chain.trainable = false;
  expect(chain.getConfig?.().trainable).toBe(false);
  expect(crf(chain.getConfig?.()).trainable).toBe(false);
});
