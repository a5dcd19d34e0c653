// How the time of a step grows with one size: one panel a size, one line an engine, both axes logarithmic.
import type { BenchResults, Growth } from '../results.ts';
import { logAxis, spreadOut, textWidth } from './layout.ts';
import { groupBy, isOurs, machineLine } from './names.ts';
import { base, colour, engineOrder, logarithmic, type Plot, segment, symbols, text } from './style.ts';

const axes: Record<Growth['axis'], string> = {
  H: 'H, units',
  N: 'N, sequences in a batch',
  T: 'T, time steps',
  V: 'V, classes',
};

export interface GrowthLine {
  engine: string;
  /** By growing value. */
  points: Growth[];
}

export interface GrowthPanel {
  axis: Growth['axis'];
  lines: GrowthLine[];
}

/** One panel for each size that was varied, ours first in each. */
export function growthPanels(growth: readonly Growth[]): GrowthPanel[] {
  const byAxis = groupBy(growth, (row) => row.axis);
  return (Object.keys(axes) as Growth['axis'][]).flatMap((axis) => {
    const rows = byAxis.get(axis);
    if (!rows) return [];
    const lines = [...groupBy(rows, (row) => row.engine)]
      .map(([engine, points]) => ({ engine, points: points.sort((a, b) => a.value - b.value) }))
      .sort((a, b) => Number(isOurs(b.engine)) - Number(isOurs(a.engine)));
    return [{ axis, lines }];
  });
}

const header = 66;
const panel = { height: 330, left: 70, top: 20, bottom: 56, plot: 300 };
const labelSize = 12;

/** The plot, or none where nothing was varied. */
export function growthPlot(results: BenchResults): Plot[] {
  const panels = growthPanels(results.growth);
  if (panels.length === 0) return [];
  const order = engineOrder(results);
  const columns = Math.min(2, panels.length);
  const names = panels.flatMap(({ lines }) => lines.map(({ engine }) => engine));
  const margin = 34 + Math.max(...names.map((name) => textWidth(name, labelSize)));
  const width = panel.left + panel.plot + margin;
  const milliseconds = results.growth.flatMap((row) => [row.milliseconds.low, row.milliseconds.high]);
  const drawn = panels.map(({ axis, lines }, i) => {
    const left = 10 + (i % columns) * width + panel.left;
    const top = header + Math.floor(i / columns) * panel.height + panel.top;
    const bottom = top + panel.height - panel.top - panel.bottom;
    const right = left + panel.plot;
    const values = [...new Set(lines.flatMap(({ points }) => points.map(({ value }) => value)))].sort(
      (a, b) => a - b,
    );
    const x = logAxis(values, [left, right], { pad: [1.15, 1.15], ticks: values });
    const y = logAxis(milliseconds, [bottom, top], { pad: [1.5, 1.5] });
    return {
      grid: { left, top, width: panel.plot, height: bottom - top },
      xAxis: { gridIndex: i, ...logarithmic(axes[axis], 30, x, tick) },
      yAxis: { gridIndex: i, ...logarithmic('ms a step', 48, y, tick) },
      series: lines.flatMap((one) => seriesOf(one, i, order.get(one.engine) ?? 0)),
      graphic: labelsOf(lines, order, x, y, right, [top, bottom]),
    };
  });
  return [
    {
      name: 'growth',
      alt: 'Time of a training step as one size grows, for every engine, on logarithmic axes',
      width: 10 + columns * width + 10,
      height: header + Math.ceil(panels.length / columns) * panel.height,
      option: {
        ...base(
          'How the time of a training step grows',
          `${machineLine(results)} · the other sizes stay; median and quartiles`,
        ),
        grid: drawn.map((d) => d.grid),
        xAxis: drawn.map((d) => d.xAxis),
        yAxis: drawn.map((d) => d.yAxis),
        series: drawn.flatMap((d) => d.series),
        graphic: drawn.flatMap((d) => d.graphic),
      },
    },
  ];
}

type Scale = ReturnType<typeof logAxis>;

function seriesOf(
  { engine, points }: GrowthLine,
  panelIndex: number,
  place: number,
): Record<string, unknown>[] {
  const onAxes = { xAxisIndex: panelIndex, yAxisIndex: panelIndex, silent: true };
  const ours = isOurs(engine);
  const stroke = colour(place);
  return [
    {
      ...onAxes,
      type: 'line',
      name: engine,
      data: points.map(({ value, milliseconds }) => [value, milliseconds.median]),
      symbol: symbols[place % symbols.length],
      symbolSize: ours ? 8 : 6,
      z: ours ? 4 : 3,
      itemStyle: { color: stroke },
      lineStyle: { color: stroke, width: ours ? 3 : 1.5 },
    },
    {
      ...onAxes,
      type: 'custom',
      data: points.map(({ value, milliseconds }) => [value, milliseconds.low, milliseconds.high]),
      encode: { x: 0, y: [1, 2] },
      renderItem: (
        _: unknown,
        api: { value(i: number): number; coord(p: [number, number]): [number, number] },
      ) => {
        const [x1, y1] = api.coord([api.value(0), api.value(1)]);
        const [x2, y2] = api.coord([api.value(0), api.value(2)]);
        return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: 1.25 } };
      },
    },
  ];
}

/** Each line's name right of the panel at the height where the line ends, moved apart where lines end together. */
function labelsOf(
  lines: readonly GrowthLine[],
  order: ReadonlyMap<string, number>,
  x: Scale,
  y: Scale,
  right: number,
  bounds: readonly [number, number],
): Record<string, unknown>[] {
  const ends = lines.map(({ points }) => points[points.length - 1]);
  const heights = ends.map((end) => y.at(end.milliseconds.median));
  const places = spreadOut(heights, labelSize * 1.3, bounds);
  return lines.flatMap(({ engine }, i) => {
    const fill = colour(order.get(engine) ?? 0);
    return [
      segment([x.at(ends[i].value) + 5, heights[i]], [right + 10, places[i]], {
        stroke: fill,
        lineDash: [2, 3],
        opacity: 0.8,
      }),
      text(engine, right + 14, places[i], {
        fill,
        fontSize: labelSize,
        fontWeight: isOurs(engine) ? 700 : 400,
      }),
    ];
  });
}

function tick(value: number): string {
  return value >= 1 ? value.toLocaleString('en-US') : String(value);
}
