// What a measurement came to: a sentence, and a table of figures.
import { h } from '../../kit.ts';
import { milliseconds, nameOf, rounded } from './bars.ts';
import type { SpeedResult } from './protocol.ts';

/** What came out, in one sentence: against the fastest of the others. */
export function sentence({ engines: [ours, ...others] }: SpeedResult): string {
  const [best] = others
    .flatMap(({ engine, ratio }) => (ratio ? [{ engine, ratio }] : []))
    .sort((a, b) => a.ratio.median - b.ratio.median);
  if (!ours?.milliseconds || !best) return '';
  const { median, low, high } = best.ratio;
  const [times, ...range] = [median, low, high].map(rounded);
  if (median < 1) return `${nameOf(best.engine)} was faster here: it takes ${median.toFixed(2)} of our time.`;
  return `${nameOf(best.engine)}, the fastest of the others here, takes ${times} times as long (${range.join(' to ')}).`;
}

/** The figures of all engines, a row each. */
export function tableOf({ engines }: SpeedResult): HTMLElement {
  const head = ['Engine', 'ms per step', 'middle half', 'tokens per second', 'times ours', 'loss off by'];
  return h(
    'table',
    { class: 'plain' },
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        head.map((text) => h('th', { scope: 'col' }, text)),
      ),
    ),
    h(
      'tbody',
      null,
      engines.map(({ engine, form, milliseconds: time, tokensPerSecond, ratio, lossDifference, reason }) =>
        h(
          'tr',
          null,
          h('th', { scope: 'row' }, nameOf(engine), form && h('span', { class: 'hint' }, ` ${form}`)),
          time
            ? [
                h('td', null, milliseconds(time.median)),
                h('td', null, `${milliseconds(time.low)} to ${milliseconds(time.high)}`),
                h('td', null, Math.round(tokensPerSecond ?? 0).toLocaleString('en')),
                h('td', null, ratio ? rounded(ratio.median) : '1'),
                h('td', null, lossDifference?.toExponential(0) ?? '–'),
              ]
            : h('td', { colspan: head.length - 1 }, reason ?? ''),
        ),
      ),
    ),
  );
}
