// How many times longer every peer takes than webgpu-rnn: one bar a peer from 1 to the ratio, with its spread.
import type { BenchResults, Ratio } from '../results.ts';
import { logAxis, textWidth } from './layout.ts';
import { caseName, groupBy, inOrder, machineLine, placeName } from './names.ts';
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
} from './style.ts';

/** A line of the plot: the name of a case, or a peer under it. */
export type RatioRow = { heading: string } | { peer: string; ratio: Ratio['ratio'] };

/** The lines of one place's plot from top to bottom, the fastest peer of a case first. */
export function ratioRows(ratios: readonly Ratio[]): RatioRow[] {
  return [...groupBy(inOrder(ratios), caseName)].flatMap(([heading, group]) => [
    { heading },
    ...group.map(({ peer, ratio }) => ({ peer, ratio })).sort((a, b) => a.ratio.median - b.ratio.median),
  ]);
}

/** One plot for each place that has ratios. */
export function ratioPlots(results: BenchResults): Plot[] {
  return [...groupBy(results.ratios, (ratio) => ratio.place)].map(([place, ratios]) =>
    plotOf(results, place, ratios),
  );
}

const rowHeight = 22;

function plotOf(results: BenchResults, place: string, ratios: Ratio[]): Plot {
  const rows = ratioRows(ratios);
  const order = engineOrder(results);
  const width = 860;
  const left =
    30 + Math.max(...rows.map((row) => textWidth('peer' in row ? row.peer : row.heading, fontSize)));
  const area = { left, right: 80, top: 84, height: rows.length * rowHeight };
  const spreads = ratios.flatMap(({ ratio }) => [ratio.low, ratio.high]);
  const x = logAxis([1, ...spreads], [area.left, width - area.right], {
    // Room for the label of a bar that goes left.
    pad: [Math.min(...spreads) < 1 ? 2 : 1.4, 1.6],
  });
  const where = placeName(ratios[0].place);
  return {
    name: `ratios-${place}`,
    alt: `Time of each peer over the time of webgpu-rnn, in ${where}, on a logarithmic axis`,
    width,
    height: area.top + area.height + 66,
    option: {
      ...base(`Time of other engines over time of webgpu-rnn, in ${where}`, machineLine(results)),
      grid: { ...area, width: width - area.left - area.right, containLabel: false },
      xAxis: logarithmic(
        'times as long as webgpu-rnn on the GPU (median, quartiles)',
        32,
        x,
        (v) => `${shortTick(v)}×`,
      ),
      yAxis: {
        ...axis('', 0),
        type: 'category',
        inverse: true,
        data: rows.map((row) => ('peer' in row ? `{peer|${row.peer}}` : `{heading|${row.heading}}`)),
        axisTick: { show: false },
        axisLine: { show: false },
        splitLine: { show: false },
        axisLabel: {
          interval: 0,
          margin: 10,
          rich: {
            heading: { fontWeight: 'bold', color: ink, fontSize },
            peer: { color: muted, fontSize },
          },
        },
      },
      series: [
        {
          type: 'custom',
          silent: true,
          renderItem: drawRow(rows, order),
          encode: { x: 0, y: 1 },
          data: rows.map((row, i) => ['peer' in row ? row.ratio.median : 1, i]),
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: ink, width: 1, type: 'solid' },
            data: [{ xAxis: 1 }],
          },
        },
      ],
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

function drawRow(rows: readonly RatioRow[], order: ReadonlyMap<string, number>) {
  return (_: unknown, api: Api) => {
    const index = api.value(1);
    const row = rows[index];
    const [one, y] = api.coord([1, index]);
    if (!('peer' in row)) {
      return { type: 'line', shape: { x1: one - 4, y1: y, x2: one + 4, y2: y }, style: { stroke: line } };
    }
    const { median, low, high } = row.ratio;
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
