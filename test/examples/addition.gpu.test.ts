// The examples of addition: what was held out is answered right, with attention nearly always, without it mostly.

import { expect, test } from 'vitest';
import { webgpu } from 'webgpu-rnn';
import { main as addition } from '../../examples/addition.ts';

const minutes = 60_000;

test(
  'with attention more than 95 of 100 held-out sums are right in every letter',
  async () => {
    const backend = await webgpu();
    const { heldOut, accuracy, answers } = await addition({ backend });
    backend.dispose();
    console.log(`addition with attention: ${(100 * accuracy).toFixed(1)} % of ${heldOut} held-out sums`);
    expect(heldOut).toBeGreaterThan(900);
    expect(accuracy).toBeGreaterThan(0.95);
    expect(answers).toHaveLength(5);
  },
  6 * minutes,
);

test(
  'the state alone carries a sum to the decoder as well',
  async () => {
    const backend = await webgpu();
    const { heldOut, accuracy } = await addition({ backend, withAttention: false, epochs: 6 });
    backend.dispose();
    console.log(`addition without attention: ${(100 * accuracy).toFixed(1)} % of ${heldOut} held-out sums`);
    expect(accuracy).toBeGreaterThan(0.5);
  },
  6 * minutes,
);
