// Bars of milliseconds that grow while blocks come in: the median, its quartiles, and every block as a dot.
import { ratiosOf, spreadOf } from '../../../../bench/src/statistics.ts';
import { h } from '../../kit.ts';

export interface Bars {
  readonly element: HTMLElement;
  /** Begins anew with one row for each engine, ours first. */
  begin(engines: readonly string[]): void;
  stage(engine: string, text: string): void;
  push(engine: string, milliseconds: number): void;
  fail(engine: string, reason: string): void;
  /** No more blocks will come. */
  end(): void;
}

interface Row {
  readonly times: number[];
  /** How many times longer than ours, of pairs of neighbouring blocks. */
  ratio?: number;
  readonly element: HTMLElement;
  readonly bar: HTMLElement;
  readonly spread: HTMLElement;
  readonly dots: HTMLElement;
  readonly value: HTMLElement;
  readonly about: HTMLElement;
}

export function bars(): Bars {
  const list = h('ol', { class: 'speed-bars' });
  let rows = new Map<string, Row>();

  const rowOf = (engine: string, own: boolean): Row => {
    const bar = h('div', { class: 'speed-bar' });
    const spread = h('div', { class: 'speed-spread', hidden: true });
    const dots = h('div', { class: 'speed-dots' });
    const value = h('span', { class: 'speed-value' }, '–');
    const about = h('span', { class: 'hint' }, 'waiting');
    const element = h(
      'li',
      { class: own ? 'speed-row own' : 'speed-row' },
      h('div', { class: 'speed-name' }, h('strong', null, nameOf(engine)), about),
      h('div', { class: 'speed-track', 'aria-hidden': 'true' }, bar, spread, dots),
      value,
    );
    return { times: [], element, bar, spread, dots, value, about };
  };

  const draw = (): void => {
    const most = Math.max(...[...rows.values()].flatMap(({ times }) => times), 1e-6);
    for (const row of rows.values()) {
      if (row.times.length === 0) continue;
      const { low, median, high } = spreadOf(row.times);
      const part = (milliseconds: number) => `${(100 * milliseconds) / (1.04 * most)}%`;
      row.bar.style.width = part(median);
      row.spread.hidden = false;
      row.spread.style.left = part(low);
      row.spread.style.width = `calc(${part(high)} - ${part(low)})`;
      row.dots.replaceChildren(...row.times.map((time) => h('i', { style: `left: ${part(time)}` })));
      row.value.replaceChildren(
        h('strong', null, `${milliseconds(median)} ms`),
        h(
          'span',
          { class: 'hint' },
          row.ratio === undefined
            ? `${milliseconds(low)} to ${milliseconds(high)}`
            : `${rounded(row.ratio)} times ours`,
        ),
      );
    }
  };

  return {
    element: list,
    begin(engines) {
      rows = new Map(engines.map((engine, i) => [engine, rowOf(engine, i === 0)]));
      list.replaceChildren(...[...rows.values()].map(({ element }) => element));
    },
    stage(engine, text) {
      const row = rows.get(engine);
      if (row) row.about.textContent = text;
      for (const [name, { element }] of rows) element.classList.toggle('active', name === engine);
    },
    push(engine, milliseconds) {
      const row = rows.get(engine);
      if (!row) return;
      row.times.push(milliseconds);
      // Blocks come in pairs, ours before the peer's: the last of ours are its neighbours.
      const [own] = rows.values();
      const beside = own.times.slice(-row.times.length);
      if (row !== own && beside.length > 0) row.ratio = ratiosOf(beside, row.times).median;
      const blocks = `${row.times.length} ${row.times.length === 1 ? 'block' : 'blocks'}`;
      row.about.textContent = `same losses, ${blocks}`;
      draw();
    },
    fail(engine, reason) {
      const row = rows.get(engine);
      if (!row) return;
      row.element.classList.add('failed');
      row.about.textContent = `could not take part: ${reason}`;
    },
    end() {
      for (const { element, about, times } of rows.values()) {
        element.classList.remove('active');
        if (times.length === 0 && !element.classList.contains('failed')) about.textContent = 'not measured';
      }
    },
  };
}

/** The engine's name as the page says it. */
export function nameOf(engine: string): string {
  const names: Record<string, string> = {
    'webgpu-rnn webgpu': 'webgpu-rnn',
    'webgpu-rnn cpu': 'webgpu-rnn on the CPU',
    'tfjs webgpu': 'TensorFlow.js, WebGPU',
    'tfjs webgl': 'TensorFlow.js, WebGL',
    'tfjs wasm': 'TensorFlow.js, WebAssembly',
  };
  return names[engine] ?? engine;
}

export function milliseconds(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A ratio as it is said: with a decimal where that matters. */
export function rounded(ratio: number): string {
  return ratio.toFixed(ratio < 10 ? 1 : 0);
}
