// What the network does with one sequence: the symbols, six heat-maps of all units, the units that were found, and their traces.
import { lineChart } from '../../charts.ts';
import { heatmap } from '../../heatmap.ts';
import { button, h, panel, slider } from '../../kit.ts';
import type { Chart } from '../../types.ts';
import { type Finding, features } from './findings.ts';
import type { TaskName, View } from './messages.ts';
import type { PlaneName } from './watcher.ts';

export interface Stage {
  readonly element: HTMLElement;
  show(view: View): void;
  /** Stops the sequence where it runs. */
  rest(): void;
}

const titles: Readonly<Record<PlaneName, string>> = {
  cell: 'Cell state',
  hidden: 'Hidden state',
  input: 'Input gate: what is let in',
  forget: 'Forget gate: what is kept',
  candidate: 'Candidate: what is offered',
  output: 'Output gate: what is shown',
};

const traces: Readonly<Record<TaskName, readonly [string, string]>> = {
  counting: ['Cell state', 'The count, fitted to it'],
  memory: ['After A', 'After B'],
  text: ['State', 'What it watches, fitted to it'],
};

const stepTime = 160; // ms a symbol while the sequence runs

export function stage({ reducedMotion }: { reducedMotion: boolean }): Stage {
  let view: View | undefined;
  let chosen = 0;
  let step = 0;
  let unit = 0;
  /** Whether a step is looked at: until then the whole row of the unit is marked. */
  let scrubbed = false;
  let timer: ReturnType<typeof setInterval> | undefined;
  let chart: Chart | undefined;
  let charted: TaskName | undefined;

  const strip = h('div', { class: 'strip' });
  const readout = h('p', { class: 'hint mono unit-readout' });
  const cards = h('div', { class: 'findings' });
  const chartPlace = h('div');
  const place = h('div', { class: 'halves planes' });
  const maps = (Object.keys(titles) as PlaneName[]).map((name) => {
    const signed = name === 'cell' || name === 'hidden' || name === 'candidate';
    const map = heatmap(place, {
      ...{ label: titles[name], diverging: signed, rowHeight: [5, 13] as const },
      ...(name !== 'cell' && { range: 1 }),
    });
    map.onPoint((row, col) => {
      rest();
      scrubbed = true;
      unit = row;
      moveTo(col);
    });
    return { name, map };
  });
  const play = button('Run from the start', () => (timer === undefined ? run() : rest()), { kind: 'plain' });
  const slot = h('div');
  let at = stepSlider(1);
  slot.append(at.element);

  strip.addEventListener('pointerdown', pointed);
  strip.addEventListener('pointermove', pointed);

  function pointed(event: PointerEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>('[data-step]');
    if (!cell) return;
    rest();
    scrubbed = true;
    moveTo(Number(cell.dataset.step));
  }

  function stepSlider(length: number) {
    return slider({
      ...{ label: 'Step', min: 1, max: Math.max(1, length), step: 1, value: Math.min(step + 1, length) },
      format: (value) => `${value} of ${length}`,
      onInput: (value) => {
        rest();
        scrubbed = true;
        moveTo(value - 1);
      },
    });
  }

  function run(): void {
    if (!view) return;
    scrubbed = true;
    moveTo(0);
    // Who wants little motion sees the end at once, and steps by hand.
    if (reducedMotion) {
      moveTo(view.symbols.length - 1);
      return;
    }
    play.textContent = 'Stop';
    timer = setInterval(() => {
      if (!view || step + 1 >= view.symbols.length) rest();
      else moveTo(step + 1);
    }, stepTime);
  }

  function rest(): void {
    clearInterval(timer);
    timer = undefined;
    play.textContent = 'Run from the start';
  }

  function moveTo(to: number): void {
    if (!view) return;
    step = Math.min(view.symbols.length - 1, Math.max(0, to));
    at.set(step + 1);
    for (const { map } of maps) map.mark(unit, scrubbed ? step : undefined);
    for (const cell of strip.querySelectorAll('[aria-current]')) cell.removeAttribute('aria-current');
    for (const cell of strip.querySelectorAll('.ahead')) cell.classList.remove('ahead');
    const cells = strip.querySelectorAll<HTMLElement>('[data-step]');
    cells[step]?.setAttribute('aria-current', 'step');
    if (timer !== undefined) for (let t = step + 1; t < cells.length; t++) cells[t].classList.add('ahead');
    const { planes, symbols, expected } = view;
    const value = (name: PlaneName) => planes[name][unit * symbols.length + step];
    const parts = [`cell ${figure(value('cell'))}`, `hidden ${figure(value('hidden'))}`];
    for (const gate of ['input', 'forget', 'output'] as const)
      parts.push(`${gate} ${Math.round(100 * value(gate))} %`);
    readout.textContent = `${spoken(symbols[step])}, unit ${unit + 1}: ${parts.join(' · ')}; next ${spoken(expected[step].symbol)} (${Math.round(100 * expected[step].probability)} %)`;
    chart?.mark(step + 1, spoken(symbols[step]));
  }

  function choose(index: number): void {
    chosen = index;
    if (!view) return;
    const finding = view.findings[chosen];
    if (finding) unit = finding.unit;
    scrubbed = false;
    showCards();
    showTrace();
    moveTo(step);
  }

  function showCards(): void {
    cards.replaceChildren(
      ...view!.findings.map((finding, i) =>
        h(
          'button',
          {
            type: 'button',
            class: `finding${finding.found ? ' found' : ''}`,
            'aria-pressed': String(i === chosen),
            onclick: () => choose(i),
          },
          h(
            'span',
            { class: 'finding-head' },
            h('strong', null, `Unit ${finding.unit + 1}`),
            h('span', { class: 'role' }, headOf(finding, view!.task)),
          ),
          h('span', { class: 'finding-why' }, finding.why),
        ),
      ),
    );
  }

  function showTrace(): void {
    const { task, symbols } = view!;
    const finding = view!.findings[chosen];
    if (charted !== task) {
      chart?.destroy();
      const [first, second] = traces[task];
      chart = lineChart(chartPlace, {
        ...{ title: 'The marked unit, step by step', x: 'step', y: 'state', height: 190 },
        series: [
          { label: first, color: '--accent', points: false },
          { label: second, color: '--accent-2', dashed: task !== 'memory' },
        ],
      });
      charted = task;
    }
    const rowOf = (values: Float32Array) =>
      values.subarray(unit * symbols.length, (unit + 1) * symbols.length);
    const own = rowOf(view!.planes[finding?.state ?? 'cell']);
    const pair = secondTrace(view!, finding, own, rowOf);
    chart!.set([symbols.map((_, t) => t + 1), ...pair]);
    if (task === 'text') tint(own);
  }

  /** Colours the characters by the state of the marked unit. */
  function tint(states: Float32Array): void {
    const most = states.reduce((size, value) => Math.max(size, Math.abs(value)), 1e-6);
    strip.querySelectorAll<HTMLElement>('.glyph').forEach((glyph, t) => {
      const part = Math.round((36 * Math.abs(states[t])) / most);
      const color = states[t] < 0 ? '--accent-2' : '--accent';
      glyph.style.setProperty('--tint', `color-mix(in oklab, var(${color}) ${part}%, transparent)`);
    });
  }

  function show(next: View): void {
    const changed = view?.task !== next.task || view.symbols.join('') !== next.symbols.join('');
    const another = view?.task !== next.task;
    view = next;
    const { symbols, units, planes } = next;
    if (another) {
      chosen = 0;
      scrubbed = false;
      step = 0;
    }
    const wanted = next.findings[chosen] ?? next.findings[0];
    if (!next.findings[chosen]) chosen = 0;
    if (wanted) unit = wanted.unit;
    unit = Math.min(unit, units - 1);
    const columns = symbols.map(spelled);
    const rows = Array.from({ length: units }, (_, u) => String(u + 1));
    for (const { name, map } of maps) {
      map.setLabels({ rows, columns: symbols.length > 60 ? [] : columns });
      map.set(planes[name], units, symbols.length);
    }
    if (changed) {
      at = stepSlider(symbols.length);
      slot.replaceChildren(at.element);
    }
    showStrip(next);
    showCards();
    showTrace();
    moveTo(step);
  }

  function showStrip({ symbols, expected, wanted, task }: View): void {
    strip.classList.toggle('prose', task === 'text');
    strip.replaceChildren(
      ...symbols.map((symbol, t) => {
        const right = wanted[t] === undefined ? '' : expected[t].symbol === wanted[t] ? 'right' : 'wrong';
        const label = `step ${t + 1}: ${spoken(symbol)}, next expected ${spoken(expected[t].symbol)}`;
        if (task === 'text') {
          return h(
            'span',
            { 'data-step': t, class: 'glyph', title: label },
            symbol === '\n' ? '↵\n' : symbol,
          );
        }
        return h(
          'span',
          { 'data-step': t, class: 'cell', title: label },
          h('b', null, symbol),
          h('i', { class: right }, expected[t].symbol),
        );
      }),
    );
  }

  const element = h(
    'div',
    { class: 'stack' },
    panel('The sequence, from left to right', strip, h('div', { class: 'player' }, play, slot), readout),
    panel('Found by looking inside', cards, chartPlace),
    panel('Every unit at every step', h('p', { class: 'hint' }, hint), place),
  );
  return { element, show, rest };
}

const hint =
  'A row is a unit, a column a step. Move the pointer over a map, or focus it and use the arrow keys: all maps follow.';

/** The line beside that of the unit: what it is compared with. */
function secondTrace(
  view: View,
  finding: Finding | undefined,
  own: Float32Array,
  rowOf: (values: Float32Array) => Float32Array,
): [ArrayLike<number | null>, ArrayLike<number | null>] {
  const none: (number | null)[] = Array.from(own, () => null);
  if (view.task === 'memory') {
    const other = view.other ? rowOf(view.other) : none;
    return view.symbols[0] === 'A' ? [own, other] : [other, own];
  }
  const compared =
    view.task === 'counting'
      ? view.counts
      : features.find(({ role }) => role === finding?.role)?.of(view.symbols.join(''));
  return [own, compared ? fitted(own, compared) : none];
}

/** a·y + b with the a and b that bring it nearest to x. */
function fitted(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  const n = x.length;
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / n;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, yy] = [0, 0];
  for (let i = 0; i < n; i++) {
    xy += (x[i] - mx) * (y[i] - my);
    yy += (y[i] - my) ** 2;
  }
  const slope = yy > 0 ? xy / yy : 0;
  return Float64Array.from(y, (value) => mx + slope * (value - my));
}

function headOf({ role, found }: Finding, task: TaskName): string {
  if (!found) return task === 'text' ? `${role}?` : 'not yet';
  if (task === 'memory') return 'remembers the A';
  return task === 'counting' ? 'counts' : `watches ${role}`;
}

function spelled(symbol: string): string {
  return symbol === '\n' ? '↵' : symbol === ' ' ? '·' : symbol;
}

function spoken(symbol: string): string {
  return symbol === '\n' ? 'line end' : symbol === ' ' ? 'space' : symbol === '.' ? 'end' : `“${symbol}”`;
}

function figure(value: number): string {
  return (value < 0 ? '−' : '') + Math.abs(value).toFixed(2);
}
