// The example of segmentation: the spaces of a play, found again in lines that were held out.

import { expect, test } from 'vitest';
import { webgpu } from 'webgpu-rnn';
import { main as segmentation } from '../../examples/segmentation.ts';
import { sharedText } from '../harness/shared_data.ts';

test('most words of held-out lines are found', { timeout: 360_000 }, async (context) => {
  const text = sharedText('corpora/tinyshakespeare.txt', 'the segmentation of a play');
  if (text === undefined) return context.skip();
  const backend = await webgpu();
  const { f1, naive, sample } = await segmentation({ backend });
  backend.dispose();
  console.log(
    `segmentation: F1 ${f1.toFixed(3)}, words of four letters ${naive.toFixed(3)}\n${sample.join('\n')}`,
  );
  expect(naive).toBeLessThan(0.15);
  expect(f1).toBeGreaterThan(0.85);
  // Only spaces were added.
  const joined = text.replaceAll(/\s+/g, '');
  for (const line of sample) expect(joined).toContain(line.replaceAll(' ', ''));
});
