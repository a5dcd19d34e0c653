// Draws the curves of training and validation, of one run or several, as the text of an SVG image.
import { DataError, OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { moreIsBetter } from '../training/callbacks/monitor.ts';
import { type Axis, linearAxis, logAxis } from './axis.ts';
import { meanOf, type Point, type Recorded, runsOf } from './curves.ts';

export interface PlotHistoryOptions {
  title?: string;
  /** Default 'loss', drawn together with 'val_loss'. */
  monitor?: string;
  /** Powers of ten up the side; default false. */
  logScale?: boolean;
  /** Pixels; default 720 and 420. */
  width?: number;
  height?: number;
  /** Colours: 'auto', the default, goes by what the reader's system prefers. */
  theme?: 'auto' | 'light' | 'dark';
}

const LIGHT = {
  ground: '#ffffff',
  ink: '#1f2430',
  soft: '#667085',
  grid: '#e9ecf1',
  axis: '#c3c9d4',
  training: '#2463d6',
  validation: '#d9660f',
};
const DARK = {
  ground: '#14171d',
  ink: '#eef1f6',
  soft: '#98a2b3',
  grid: '#252a34',
  axis: '#475062',
  training: '#6ea2ff',
  validation: '#ffa257',
};

/**
 * The curves over the epochs as SVG: a line each for training and validation and a mark at the best epoch; of several
 * runs each as a thin line, and their means, as far as all runs reach, as thick ones.
 * @throws DataError when a history lacks `monitor`, or for a logarithm of what is not above 0; OptionError for unknown
 * options.
 */
export function plotHistory(
  recorded: Recorded | readonly Recorded[],
  options: PlotHistoryOptions = {},
): string {
  const where = 'plotHistory';
  checkOptions(where, options, ['title', 'monitor', 'logScale', 'width', 'height', 'theme']);
  const { monitor = 'loss', logScale = false, width = 720, height = 420, theme = 'auto' } = options;
  const { title = `Training and validation ${monitor}` } = options;
  for (const [name, value] of Object.entries({ width, height })) {
    if (Number.isFinite(value) && value >= 200) continue;
    throw new OptionError(`[${where}/${name}] must be a number of at least 200, got ${shown(value)}`);
  }
  if (!['auto', 'light', 'dark'].includes(theme)) {
    throw new OptionError(`[${where}/theme] must be 'auto', 'light' or 'dark', got ${shown(theme)}`);
  }
  const runs = runsOf(where, recorded, monitor);
  const curves = (['training', 'validation'] as const).flatMap((kind) => {
    const each = runs
      .map((run) => run[kind].filter(({ value }) => Number.isFinite(value)))
      .filter((one) => one.length > 0);
    return each.length > 0 ? [{ kind, each, mean: each.length > 1 ? meanOf(each) : each[0] }] : [];
  });
  const all = curves.flatMap(({ each }) => each.flat());
  if (all.length === 0) throw new DataError(`[${where}] ${monitor} has no finite value`);
  const values = all.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (logScale && low <= 0) {
    throw new DataError(`[${where}/logScale] takes values above 0, but ${monitor} goes down to ${low}`);
  }
  const box = { left: 68, top: 72, right: width - 24, bottom: height - 52 };
  const y = logScale
    ? logAxis(low, high)
    : linearAxis(low, high, Math.max(2, Math.round((box.bottom - box.top) / 52)));
  const last = Math.max(...all.map(({ epoch }) => epoch));
  const x = linearAxis(1, Math.max(last, 2), Math.min(last, Math.round((box.right - box.left) / 64)), false);
  const place = ({ epoch, value }: Point): [number, number] => [
    box.left + x.at(epoch) * (box.right - box.left),
    box.bottom - y.at(value) * (box.bottom - box.top),
  ];
  const judged = curves[curves.length - 1];
  const sign = moreIsBetter(monitor) ? -1 : 1;
  const best = judged.mean.reduce((least, point) =>
    sign * point.value < sign * least.value ? point : least,
  );
  const several = runs.length > 1;
  const parts = [
    text('title', box.left - 44, 30, title),
    text(
      'note',
      box.left - 44,
      51,
      `${monitor}${several ? `, mean of ${runs.length} runs` : ''}${logScale ? ', log scale' : ''}`,
    ),
    legend(
      curves.map(({ kind }) => kind),
      several,
      box.right,
      51,
    ),
    grid(x, y, box),
    text('note middle', (box.left + box.right) / 2, height - 14, 'epoch'),
    ...curves.flatMap(({ kind, each }) =>
      several ? each.map((one) => line(`thin ${kind}`, one.map(place))) : [],
    ),
    ...curves.map(({ kind, mean }) => line(kind, mean.map(place))),
    mark(judged.kind, place(best), `best ${short(best.value)}, epoch ${best.epoch}`, box),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="history-plot ${theme}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${style(theme)}</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="10"/>`,
    ...parts.filter((part) => part !== ''),
    '</svg>',
  ].join('\n');
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The rules name their image's class, because those of an image within a page hold for all of the page. */
function style(theme: 'auto' | 'light' | 'dark'): string {
  const at = `.history-plot.${theme}`;
  const colours = (of: typeof LIGHT) =>
    `${at}{${Object.entries(of)
      .map(([name, colour]) => `--${name}:${colour}`)
      .join(';')}}`;
  return [
    colours(theme === 'dark' ? DARK : LIGHT),
    ...(theme === 'auto' ? [`@media (prefers-color-scheme:dark){${colours(DARK)}}`] : []),
    `${at} text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}`,
    `${at} .title{font-size:16px;font-weight:600;fill:var(--ink)}`,
    `${at} .value{font-weight:600;fill:var(--ink);paint-order:stroke;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round}`,
    `${at} .middle{text-anchor:middle}${at} .end{text-anchor:end}`,
    `${at} .ground{fill:var(--ground)}`,
    `${at} .grid{stroke:var(--grid)}${at} .axis{stroke:var(--axis)}`,
    `${at} path{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}`,
    `${at} path.thin{stroke-width:1;opacity:.32}`,
    `${at} .training{stroke:var(--training)}${at} .validation{stroke:var(--validation)}`,
    `${at} circle{fill:var(--ground);stroke-width:2.25}`,
  ].join('');
}

function grid(x: Axis, y: Axis, { left, top, right, bottom }: Box): string {
  const rows = y.ticks.map((tick) => {
    const at = round(bottom - y.at(tick) * (bottom - top));
    return `<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/>${text('end', left - 10, at + 4, y.label(tick))}`;
  });
  const columns = epochTicks(x).map((tick) => {
    const at = round(left + x.at(tick) * (right - left));
    return `<line class="axis" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}"/>${text('middle', at, bottom + 20, String(tick))}`;
  });
  return [
    ...rows,
    `<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    ...columns,
  ].join('\n');
}

/** Whole epochs, the first among them unless its neighbour is too near. */
function epochTicks({ ticks, at }: Axis): number[] {
  const whole = ticks.filter((tick) => Number.isInteger(tick) && tick >= 1);
  return whole[0] > 1 && at(whole[0]) - at(1) > 0.04 ? [1, ...whole] : whole;
}

function legend(kinds: readonly string[], several: boolean, right: number, y: number): string {
  let at = right;
  const entries = [...kinds].reverse().map((kind) => {
    const words = several ? `${kind} (mean)` : kind;
    // About the width of the words, which only a browser could measure.
    const begin = at - 6.3 * words.length;
    at = begin - 46;
    return `<path class="${kind}" d="M${round(begin - 28)} ${y - 4}h20"/>${text('', round(begin), y, words)}`;
  });
  return entries.join('\n');
}

function line(kind: string, points: readonly (readonly [number, number])[]): string {
  const path = points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L');
  // A run of one epoch is a dot.
  return `<path class="${kind}" d="M${path}${points.length === 1 ? 'h0' : ''}"/>`;
}

/** The best epoch, with its value where there is room for it. */
function mark(
  kind: string,
  [x, y]: readonly [number, number],
  words: string,
  { left, top, right }: Box,
): string {
  const half = 3.4 * words.length;
  const middle = Math.min(Math.max(x, left + half), right - half);
  const above = y - top > 16;
  return [
    `<circle class="${kind}" cx="${round(x)}" cy="${round(y)}" r="4.5"/>`,
    text('value middle', round(middle), round(above ? y - 14 : y + 24), words),
  ].join('\n');
}

function text(kind: string, x: number, y: number, words: string): string {
  return `<text${kind && ` class="${kind}"`} x="${x}" y="${y}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
