// What every kernel reaches against what the machine gives: arithmetic intensity over GFLOP/s, with the two ceilings measured in the same run.
import type { BenchResults, KernelRow } from '../results.ts';
import { type Box, boxAround, logAxis, overlap, type Point, placeLabels, textWidth } from './layout.ts';
import { cellName, groupBy, machineLine } from './names.ts';
import { figure } from './numbers.ts';
import { kindColours, kindOf, stepBars } from './step_plot.ts';
import { base, fontSize, ink, line, logarithmic, muted, type Plot, rest, segment, text } from './style.ts';

export interface RooflinePoint {
  kernel: string;
  /** The kind that gives the colour, as in the plot of a step. */
  kind: string;
  /** FLOP a byte. */
  intensity: number;
  gflops: number;
  /** Of the time of all kernels of the work. */
  share: number;
}

export interface RooflinePanel {
  title: string;
  /** The kernels that compute, longest first. */
  points: RooflinePoint[];
  /** Names of kernels without arithmetic, which have no place on a logarithmic axis. */
  moving: string[];
}

/** One panel for each work and cell; a kernel's scopes together, weighed by their time. */
export function rooflinePanels(kernels: readonly KernelRow[]): RooflinePanel[] {
  return [...groupBy(kernels, ({ work, cell }) => `${work} ${cellName(cell)}`)].map(([title, rows]) => {
    const total = sum(rows, (row) => row.milliseconds);
    const points = [...groupBy(rows, (row) => row.kernel)].map(([kernel, scopes]) => {
      const milliseconds = sum(scopes, (row) => row.milliseconds);
      const flops = sum(scopes, (row) => row.gflops * row.milliseconds);
      const bytes = sum(scopes, (row) => row.gbs * row.milliseconds);
      return {
        kernel,
        kind: kindOf(scopes[0]),
        intensity: flops / bytes,
        gflops: flops / milliseconds,
        share: milliseconds / total,
      };
    });
    const computes = ({ intensity, gflops }: RooflinePoint) =>
      intensity > 0 && gflops > 0 && Number.isFinite(intensity) && Number.isFinite(gflops);
    return {
      title,
      points: points.filter(computes).sort((a, b) => b.share - a.share),
      moving: points.filter((point) => !computes(point)).map(({ kernel }) => kernel),
    };
  });
}

/** What the bytes of a kernel stand for, where two kinds of kernels differ. */
const chargedOnce = [
  'recurrent weights are charged in every step where a step is a dispatch,',
  'and once where all steps are one (kernels called sequence)',
];

const panel = { width: 460, height: 360, left: 66, right: 20, top: 34, bottom: 54 };

/** The plot, or none where no kernel was measured. */
export function rooflinePlot(results: BenchResults): Plot[] {
  const panels = rooflinePanels(results.kernels).filter(({ points }) => points.length > 0);
  if (panels.length === 0) return [];
  const columns = Math.min(2, panels.length);
  const header = 122;
  const { matmulGflops, copyGbs } = results.ceilings;
  const ridge = matmulGflops / copyGbs;
  const fills = kindColours(stepBars(results.kernels).kinds);
  const all = panels.flatMap(({ points }) => points);
  const intensities = [ridge, ...all.map(({ intensity }) => intensity)];
  const speeds = [matmulGflops, ...all.map(({ gflops }) => gflops)];
  const drawn = panels.map(({ title, points }, i) => {
    const left = 10 + (i % columns) * panel.width;
    const top = header + Math.floor(i / columns) * panel.height;
    const inside: Box = {
      left: left + panel.left,
      right: left + panel.width - panel.right,
      top: top + panel.top,
      bottom: top + panel.height - panel.bottom,
    };
    const x = logAxis(intensities, [inside.left, inside.right], { pad: [2.2, 4] });
    const y = logAxis(speeds, [inside.bottom, inside.top], { pad: [2.2, 2.2] });
    const dots = dotsOf(points, x, y);
    const roof = { ridge, matmulGflops, copyGbs };
    return {
      grid: {
        left: inside.left,
        top: inside.top,
        width: inside.right - inside.left,
        height: inside.bottom - inside.top,
      },
      xAxis: { gridIndex: i, ...logarithmic('FLOP a byte', 28, x, tick) },
      yAxis: { gridIndex: i, ...logarithmic('GFLOP/s', 48, y, tick) },
      graphic: [
        text(title, inside.left, top + 18, { fontWeight: 600, fontSize: 13 }),
        ...drawPoints(points, dots, inside, drawRoof(roof, x, y, inside, dots), fills),
      ],
    };
  });
  return [
    {
      name: 'roofline',
      alt: 'Arithmetic intensity and speed of every kernel, with the ceilings of memory and arithmetic',
      width: 20 + columns * panel.width,
      height: header + Math.ceil(panels.length / columns) * panel.height,
      option: {
        ...base(
          'Kernels against the roofline',
          [
            `${machineLine(results)} · area of a dot: share of the step`,
            ...chargedOnce,
            `ceilings measured in the same run: matrix product ${figure(matmulGflops)} GFLOP/s, copy ${figure(copyGbs)} GB/s`,
          ].join('\n'),
        ),
        grid: drawn.map((d) => d.grid),
        xAxis: drawn.map((d) => d.xAxis),
        yAxis: drawn.map((d) => d.yAxis),
        // A series on every pair of axes, because axes without one are not drawn.
        series: drawn.map((_, i) => ({ type: 'scatter', xAxisIndex: i, yAxisIndex: i, data: [] })),
        graphic: drawn.flatMap((d) => d.graphic),
      },
    },
  ];
}

type Scale = ReturnType<typeof logAxis>;

interface Drawing {
  shapes: Record<string, unknown>[];
  obstacles: Box[];
}

/** The slope that memory allows, the flat part that arithmetic allows, and their names along them. */
function drawRoof(
  { ridge, matmulGflops, copyGbs }: { ridge: number; matmulGflops: number; copyGbs: number },
  x: Scale,
  y: Scale,
  inside: Box,
  dots: readonly Point[],
): Drawing {
  // The slope leaves the panel at its left edge or at its foot.
  const start = Math.max(x.min, y.min / copyGbs);
  const corner = [x.at(ridge), y.at(matmulGflops)] as const;
  const foot = [x.at(start), y.at(start * copyGbs)] as const;
  const style = { stroke: ink, lineWidth: 1.5 };
  const copy = 'copy';
  const flat = 'matrix product';
  const isLong = Math.hypot(corner[0] - foot[0], corner[1] - foot[1]) > textWidth(copy, fontSize) + 20;
  const angle = Math.atan2(foot[1] - corner[1], corner[0] - foot[0]);
  const middle = { x: (foot[0] + corner[0]) / 2, y: (foot[1] + corner[1]) / 2 };
  const flatBox = firstFree(dots, ceilingPlaces(corner, inside, textWidth(flat, fontSize)));
  const along = {
    ...text(copy, 0, 0, { fill: muted, align: 'center', verticalAlign: 'bottom' }),
    x: middle.x - 4 * Math.sin(angle),
    y: middle.y - 4 * Math.cos(angle),
    rotation: angle,
  };
  return {
    shapes: [
      segment(foot, corner, style),
      segment(corner, [inside.right, corner[1]], style),
      ...(flatBox ? [text(flat, flatBox.left, (flatBox.top + flatBox.bottom) / 2, { fill: muted })] : []),
      ...(isLong ? [along] : []),
    ],
    obstacles: [
      // The text on the slope lies within a line's height of it.
      ...alongLine([foot[0], foot[1] - 8], [corner[0], corner[1] - 8], 10),
      { left: corner[0], right: inside.right, top: corner[1] - 2, bottom: corner[1] + 2 },
      ...(flatBox ? [flatBox] : []),
    ],
  };
}

/** Places for the name of the flat ceiling, best first: above and below it, from the right to the corner. */
function ceilingPlaces([cornerX, y]: readonly [number, number], inside: Box, width: number): Box[] {
  const places: Box[] = [];
  for (let right = inside.right - 4; right - width > Math.max(cornerX, inside.left); right -= 12) {
    for (const top of [y - 20, y + 4]) places.push({ left: right - width, right, top, bottom: top + 16 });
  }
  return places;
}

/** The first box that no dot touches. */
function firstFree(dots: readonly Point[], boxes: readonly Box[]): Box | undefined {
  return boxes.find((box) => dots.every((dot) => !overlap(box, boxAround(dot))));
}

/** Small boxes along a sloping line, which labels keep clear of. */
function alongLine(from: readonly [number, number], to: readonly [number, number], reach: number): Box[] {
  const count = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / 6));
  return Array.from({ length: count + 1 }, (_, i) => {
    const [x, y] = [0, 1].map((axis) => from[axis] + ((to[axis] - from[axis]) * i) / count);
    return { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach };
  });
}

/** A dot for each point, its area the share of the step. */
function dotsOf(points: readonly RooflinePoint[], x: Scale, y: Scale): Point[] {
  return points.map(({ kernel, intensity, gflops, share }) => ({
    x: x.at(intensity),
    y: y.at(gflops),
    radius: Math.max(3, 20 * Math.sqrt(share)),
    text: kernel,
  }));
}

function drawPoints(
  points: readonly RooflinePoint[],
  dots: readonly Point[],
  inside: Box,
  roof: Drawing,
  fills: ReadonlyMap<string, string>,
): Record<string, unknown>[] {
  const size = 11;
  const labels = placeLabels(dots, inside, size, roof.obstacles);
  return [
    ...roof.shapes,
    ...dots.map((dot, i) => ({
      type: 'circle',
      silent: true,
      z: 6,
      shape: { cx: dot.x, cy: dot.y, r: dot.radius },
      style: { fill: fills.get(points[i].kind) ?? rest, opacity: 0.75, stroke: '#ffffff', lineWidth: 1 },
    })),
    ...labels.flatMap(({ leader }, i) =>
      leader ? [segment([dots[i].x, dots[i].y], leader, { stroke: line })] : [],
    ),
    ...labels.map((label, i) => text(dots[i].text, label.x, label.y, { fontSize: size })),
  ];
}

function tick(value: number): string {
  return value >= 1 ? value.toLocaleString('en-US') : String(value);
}

function sum<Row>(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
