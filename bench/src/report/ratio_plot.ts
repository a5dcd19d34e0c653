// How many times as long every peer takes as webgpu-rnn: one bar a peer from 1 to the ratio, with its spread; cells side by side.
import type { BenchResults, Ratio } from '../results.ts';
import { logAxis, textWidth } from './layout.ts';
import { cellName, groupBy, inOrder, machineLine, modeName, placeName } from './names.ts';
import { figure, times } from './numbers.ts';
import {
  axis,
  base,
  colour,
  engineOrder,
  fontFamily,
  fontSize,
  ink,
  line,
  logarithmic,
  muted,
  type Plot,
  text,
} from './style.ts';

/** A line of the plot: the name of a work, or a peer under it with its ratio for each cell that it was measured on. */
export type RatioRow =
  | { heading: string }
  | { peer: string; byCell: Partial<Record<Ratio['cell'], Ratio['ratio']>> };

/** The lines of one plot from top to bottom: works as measured, the fastest peer of a work first. */
export function ratioRows(ratios: readonly Ratio[]): RatioRow[] {
  return [...groupBy(inOrder(ratios), ({ work }) => work)].flatMap(([heading, group]) => {
    const peers = [...groupBy(group, ({ peer }) => peer)].map(([peer, rows]) => ({
      peer,
      byCell: Object.fromEntries(rows.map(({ cell, ratio }) => [cell, ratio])) as Partial<
        Record<Ratio['cell'], Ratio['ratio']>
      >,
      best: Math.min(...rows.map(({ ratio }) => ratio.median)),
    }));
    peers.sort((a, b) => a.best - b.best);
    return [{ heading }, ...peers.map(({ peer, byCell }) => ({ peer, byCell }))];
  });
}

/** One plot for each place and mode that has ratios. */
export function ratioPlots(results: BenchResults): Plot[] {
  const groups = groupBy(inOrder(results.ratios), ({ place, mode }) => `${place}-${mode}`);
  return [...groups].map(([name, ratios]) => plotOf(results, name, ratios));
}

const rowHeight = 22;
const gap = 24;
const top = 104;
/** Pixels for the figure at the end of the longest bar. */
const room = 58;

function plotOf(results: BenchResults, name: string, ratios: Ratio[]): Plot {
  const rows = ratioRows(ratios);
  const order = engineOrder(results);
  const cells = [...new Set(ratios.map(({ cell }) => cell))];
  const left =
    30 + Math.max(...rows.map((row) => textWidth('peer' in row ? row.peer : row.heading, fontSize)));
  const columnWidth = cells.length === 1 ? 560 : cells.length === 2 ? 380 : 280;
  const width = left + cells.length * (columnWidth + gap) + 10;
  const height = rows.length * rowHeight;
  const columns = cells.map((_, i) => left + i * (columnWidth + gap));
  const what = `${modeName(ratios[0].mode)}, in ${placeName(ratios[0].place)}`;
  const x = ratioAxis(ratios, columnWidth);
  return {
    name: `ratios-${name}`,
    alt: `Time of each peer over the time of webgpu-rnn, ${what}, on a logarithmic axis`,
    width,
    height: top + height + 62,
    option: {
      ...base('Time of other engines over time of webgpu-rnn', `${what} · ${machineLine(results)}`),
      grid: columns.map((at) => ({ left: at, top, width: columnWidth, height })),
      xAxis: cells.map((_, i) => ({
        gridIndex: i,
        ...logarithmic('times as long as webgpu-rnn', 32, x, (v) => `${shortTick(v)}×`),
      })),
      yAxis: cells.map((_, i) => peerAxis(rows, i)),
      series: cells.map((cell, i) => seriesOf(rows, cell, i, order)),
      graphic: cells.map((cell, i) =>
        text(cellName(cell), columns[i], top - 16, { fontWeight: 'bold', fontSize: 13 }),
      ),
    },
  };
}

/** An axis around 1 and every quartile, with room for figures beside the longest bars. */
function ratioAxis(ratios: readonly Ratio[], columnWidth: number) {
  const values = [1, ...ratios.flatMap(({ ratio }) => [ratio.low, ratio.high])];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  // The margins are shares of the axis, and widen it themselves.
  const goesLeft = ratios.some(({ ratio }) => ratio.median < 1);
  const margins = [goesLeft ? room : 10, room];
  const perPixel = Math.log(Math.max(most / least, 1.5)) / (columnWidth - margins[0] - margins[1]);
  const [below, above] = margins.map((pixels) => Math.exp(pixels * perPixel));
  return logAxis(values, [0, columnWidth], { pad: [below, above] });
}

/** Names of works and peers, beside the first column only. */
function peerAxis(rows: readonly RatioRow[], column: number): Record<string, unknown> {
  return {
    ...axis('', 0),
    gridIndex: column,
    type: 'category',
    inverse: true,
    data: rows.map((row) => ('peer' in row ? `{peer|${row.peer}}` : `{heading|${row.heading}}`)),
    axisTick: { show: false },
    axisLine: { show: false },
    splitLine: { show: false },
    axisLabel: {
      show: column === 0,
      interval: 0,
      margin: 10,
      rich: {
        heading: { fontWeight: 'bold', color: ink, fontSize },
        peer: { color: muted, fontSize },
      },
    },
  };
}

function seriesOf(
  rows: readonly RatioRow[],
  cell: Ratio['cell'],
  column: number,
  order: ReadonlyMap<string, number>,
): Record<string, unknown> {
  return {
    type: 'custom',
    silent: true,
    xAxisIndex: column,
    yAxisIndex: column,
    renderItem: drawRow(rows, cell, order),
    encode: { x: 0, y: 1 },
    data: rows.map((row, i) => ['peer' in row ? (row.byCell[cell]?.median ?? 1) : 1, i]),
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      lineStyle: { color: ink, width: 1, type: 'solid' },
      data: [{ xAxis: 1 }],
    },
  };
}

function shortTick(value: number): string {
  return value >= 1 ? figure(value).replace(/\.0+$/, '') : String(value);
}

interface Api {
  value(dimension: number): number;
  coord(point: [number, number]): [number, number];
}

function drawRow(rows: readonly RatioRow[], cell: Ratio['cell'], order: ReadonlyMap<string, number>) {
  return (_: unknown, api: Api) => {
    const index = api.value(1);
    const row = rows[index];
    const [one, y] = api.coord([1, index]);
    if (!('peer' in row)) {
      return { type: 'line', shape: { x1: one - 4, y1: y, x2: one + 4, y2: y }, style: { stroke: line } };
    }
    const ratio = row.byCell[cell];
    if (!ratio) return { type: 'group', children: [] };
    const { median, low, high } = ratio;
    const [at, from, to] = [median, low, high].map((value) => api.coord([value, index])[0]);
    const fill = colour(order.get(row.peer) ?? 0);
    const bar = { x: Math.min(one, at), y: y - 7, width: Math.max(1, Math.abs(at - one)), height: 14 };
    const isSlower = median >= 1;
    return {
      type: 'group',
      children: [
        { type: 'rect', shape: bar, style: { fill, opacity: 0.85 } },
        ...[
          [from, y, to, y],
          [from, y - 4, from, y + 4],
          [to, y - 4, to, y + 4],
        ].map(([x1, y1, x2, y2]) => ({
          type: 'line',
          shape: { x1, y1, x2, y2 },
          style: { stroke: ink, lineWidth: 1.25 },
        })),
        {
          type: 'text',
          x: isSlower ? Math.max(to, one) + 6 : Math.min(from, one) - 6,
          y,
          style: {
            text: times(median),
            fill: ink,
            fontSize,
            fontFamily,
            align: isSlower ? 'left' : 'right',
            verticalAlign: 'middle',
          },
        },
      ],
    };
  };
}
