// Line charts by uPlot that follow the theme and the width of their place, drawn at most ten times a second.
import uPlot from 'uplot';
import { h } from './element.ts';
import { onTheme, token } from './theme.ts';
import type { Chart, ChartOptions, Span } from './types.ts';

const beat = 100; // ms between two drawings
const mostPoints = 4000; // more than a screen has columns: every other point is dropped then

/** A chart at the end of `host`. */
export function lineChart(host: HTMLElement, options: ChartOptions): Chart {
  const { title, height = 220, format = short } = options;
  const place = h('div', { class: 'chart-place', role: 'img', style: `min-height: ${height}px` });
  const element = h('figure', { class: 'chart' }, h('figcaption', null, title), place);
  host.append(element);

  let columns: (number | null)[][] = emptyColumns(options);
  let spans: readonly Span[] = [];
  let marked: { x: number; label: string } | undefined;
  let plot: uPlot | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let described = 0;
  let telling: ReturnType<typeof setTimeout> | undefined;

  const build = (): void => {
    plot?.destroy();
    plot = undefined;
    if (place.clientWidth === 0) return;
    plot = new uPlot(plotOptions(), columns as uPlot.AlignedData, place);
  };
  const plotOptions = (): uPlot.Options => ({
    width: place.clientWidth,
    height,
    scales: { x: { time: false }, y: options.log ? { distr: 3 } : {} },
    cursor: { points: { size: 7 }, drag: { x: true, y: false } },
    legend: { live: true },
    axes: [
      axis(options.x),
      {
        ...axis(options.y, options.log),
        size: 56,
        values: (_, ticks) => ticks.map((v) => (v === null ? '' : format(v))),
      },
    ],
    series: [
      // A chart that is emptied under the pointer has no value there at all.
      { label: options.x, value: (_, v) => (Number.isFinite(v) ? short(v) : '–') },
      ...options.series.map((s): uPlot.Series => {
        const color = token(s.color);
        return {
          label: s.label,
          stroke: color,
          width: s.points ? 0 : (s.width ?? 2),
          ...(s.dashed && { dash: [6, 5] }),
          spanGaps: true,
          points: { show: s.points === true, size: 5, fill: color },
          value: (_, v) => (Number.isFinite(v) ? format(v) : '–'),
        };
      }),
    ],
    bands: (options.bands ?? []).map(({ upper, lower, color }) => ({
      series: [upper + 1, lower + 1] as [number, number],
      fill: translucent(token(color), 0.18),
    })),
    hooks: { drawClear: [(u) => drawSpans(u, spans)], draw: [(u) => marked && drawMark(u, marked)] },
  });

  /** Without a pointer over the chart its legend tells the last values. */
  const showLast = (): void => {
    if (!plot || (plot.cursor.left ?? -1) >= 0 || columns[0].length === 0) return;
    const last = columns.map((column) =>
      Math.max(
        0,
        column.findLastIndex((v) => v !== null),
      ),
    );
    plot.setLegend({ idxs: last }, false);
  };
  const draw = (): void => {
    timer = undefined;
    if (document.hidden || place.clientWidth === 0) return; // drawn when the page or the tab comes back
    // Of an emptied chart the old axes would stay.
    if (plot && (columns[0].length > 0 || plot.data[0].length === 0))
      plot.setData(columns as uPlot.AlignedData);
    else build();
    showLast();
    // The last of many drawings is described too.
    telling ??= setTimeout(describe, Math.max(0, described + 1000 - Date.now()));
  };
  const schedule = (): void => {
    timer ??= setTimeout(() => requestAnimationFrame(draw), beat);
  };
  const describe = (): void => {
    telling = undefined;
    described = Date.now();
    place.setAttribute('aria-label', `${title}. ${description(options, columns, format)}`);
  };
  describe();
  described = 0;

  const sizes = new ResizeObserver(() => {
    if (place.clientWidth === 0) return;
    if (plot) plot.setSize({ width: place.clientWidth, height });
    schedule();
  });
  sizes.observe(place);
  const endTheme = onTheme(() => requestAnimationFrame(build));
  document.addEventListener('visibilitychange', schedule);
  place.addEventListener('pointerleave', schedule);

  return {
    element,
    push(x, values) {
      columns[0].push(x);
      options.series.forEach((_, i) => void columns[i + 1].push(values[i] ?? null));
      if (columns[0].length > mostPoints) columns = columns.map((c) => c.filter((_, i) => i % 2 === 1));
      schedule();
    },
    set(given) {
      columns = [
        Array.from(given[0] ?? [], Number),
        ...options.series.map((_, i) => Array.from(given[i + 1] ?? [])),
      ];
      schedule();
    },
    setSpans(given) {
      spans = given;
      plot?.redraw(false);
    },
    mark(x, label = '') {
      marked = x === null ? undefined : { x, label };
      plot?.redraw(false);
    },
    clear() {
      columns = emptyColumns(options);
      marked = undefined;
      schedule();
    },
    destroy() {
      clearTimeout(timer);
      clearTimeout(telling);
      sizes.disconnect();
      endTheme();
      document.removeEventListener('visibilitychange', schedule);
      plot?.destroy();
      element.remove();
    },
  };
}

function emptyColumns({ series }: ChartOptions): (number | null)[][] {
  return [[], ...series.map(() => [])];
}

function axis(label: string, log = false): uPlot.Axis {
  const muted = token('--muted');
  const line = { stroke: token('--line'), width: 1 };
  const font = '12px system-ui, sans-serif';
  return {
    label,
    labelFont: font,
    labelSize: 18,
    font,
    stroke: muted,
    // Of a logarithmic axis only the powers of ten.
    grid: {
      ...line,
      ...(log && { filter: (_, ticks) => ticks.map((v) => (Number.isInteger(Math.log10(v)) ? v : null)) }),
    },
    ticks: { ...line, size: log ? 0 : 4 },
    size: 36,
  };
}

function drawSpans(u: uPlot, spans: readonly Span[]): void {
  const { ctx, bbox } = u;
  ctx.save();
  for (const { from, to, label, color } of spans) {
    const left = Math.max(bbox.left, u.valToPos(from, 'x', true));
    const right = Math.min(bbox.left + bbox.width, u.valToPos(to, 'x', true));
    if (!(right > left)) continue;
    ctx.fillStyle = translucent(token(color), 0.1);
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    writeLabel(
      ctx,
      label,
      left + 6 * devicePixelRatio,
      bbox.top,
      right - left - 12 * devicePixelRatio,
      undefined,
    );
  }
  ctx.restore();
}

function drawMark(u: uPlot, { x, label }: { x: number; label: string }): void {
  const { ctx, bbox } = u;
  const at = Math.round(u.valToPos(x, 'x', true));
  if (!(at >= bbox.left && at <= bbox.left + bbox.width)) return;
  ctx.save();
  ctx.strokeStyle = token('--ink');
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(at, bbox.top);
  ctx.lineTo(at, bbox.top + bbox.height);
  ctx.stroke();
  const space = bbox.left + bbox.width - at;
  writeLabel(ctx, label, at + 5 * devicePixelRatio, bbox.top, space, bbox.left);
  ctx.restore();
}

/** A label to the right of its place; where there is no room, to the left of it or not at all. */
function writeLabel(
  ctx: CanvasRenderingContext2D,
  text: string,
  left: number,
  top: number,
  space: number,
  leftmost: number | undefined,
): void {
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.fillStyle = token('--muted');
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  const width = ctx.measureText(text).width;
  const y = top + 4 * devicePixelRatio;
  if (width <= space) ctx.fillText(text, left, y);
  else if (leftmost !== undefined)
    ctx.fillText(text, Math.max(leftmost, left - width - 10 * devicePixelRatio), y);
}

/** The chart in words: for each line the last and the least value. */
function description(
  { x, series }: ChartOptions,
  [xs, ...columns]: readonly (readonly (number | null)[])[],
  format: (value: number) => string,
): string {
  if (xs.length === 0) return 'No data yet.';
  const lines = series.map(({ label }, i) => {
    const values = columns[i].filter((v): v is number => v !== null && Number.isFinite(v));
    if (values.length === 0) return `${label}: no data yet`;
    const [least, most] = values.reduce(
      ([a, b], v) => [Math.min(a, v), Math.max(b, v)],
      [Infinity, -Infinity],
    );
    return `${label}: ${format(values[values.length - 1])} at the end, between ${format(least)} and ${format(most)}`;
  });
  return `${xs.length} points, ${x} ${short(xs[0]!)} to ${short(xs[xs.length - 1]!)}. ${lines.join('; ')}.`;
}

function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e10) return exponential(value);
  if (size >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
  if (size >= 1e4) return `${+(value / 1e3).toPrecision(3)}k`;
  return size < 1e-3 ? exponential(value) : String(+value.toPrecision(4));
}

/** With up to four digits, so that neighbours on an axis differ. */
function exponential(value: number): string {
  return (+value.toPrecision(4)).toExponential();
}

/** A hexadecimal colour let through; others as they are. */
function translucent(color: string, alpha: number): string {
  const hex = /^#([0-9a-f]{6})$/i.exec(color)?.[1];
  return hex
    ? `#${hex}${Math.round(255 * alpha)
        .toString(16)
        .padStart(2, '0')}`
    : color;
}
