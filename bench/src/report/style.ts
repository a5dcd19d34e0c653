// How every plot looks: white ground with dark text, so that it reads in light and dark pages, and colours that colour-blind people can tell apart.
import type { BenchResults } from '../results.ts';
import { isOurs } from './names.ts';

/** A plot before it is drawn: what the chart library takes, and its size. */
export interface Plot {
  /** Part of the file's name, such as `roofline`. */
  name: string;
  /** What a reader who cannot see it is told. */
  alt: string;
  width: number;
  height: number;
  option: Record<string, unknown>;
}

export const ground = '#ffffff';
export const ink = '#1f2328';
export const muted = '#59636e';
export const line = '#c4cad1';
export const grid = '#e6e9ed';
export const fontSize = 12;
/** Names without blanks: the chart library writes quotes unescaped into the SVG. */
export const fontFamily = 'Helvetica, Arial, sans-serif';

/** Okabe and Ito's colours without the yellow, which white swallows, and two browns and greys beyond them. */
const palette = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#333333',
  '#8c6d46',
  '#7a4fa3',
  '#8a8f96',
];
export const rest = '#b9bec5';

export const symbols = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect', 'emptyTriangle'];

/** The colour of the i-th thing. */
export function colour(i: number): string {
  return palette[i % palette.length];
}

/** The place of every engine in the palette, ours first: the same colour in every plot. */
export function engineOrder(results: BenchResults): Map<string, number> {
  const names = new Set([
    ...results.measurements.map((m) => m.engine),
    ...results.ratios.map((r) => r.peer),
    ...results.growth.map((g) => g.engine),
  ]);
  const sorted = [...names].sort((a, b) => Number(isOurs(b)) - Number(isOurs(a)) || (a < b ? -1 : 1));
  const first = sorted.find((name) => name.endsWith(' webgpu') && isOurs(name));
  const order = first === undefined ? sorted : [first, ...sorted.filter((name) => name !== first)];
  return new Map(order.map((name, i) => [name, i]));
}

/** Black or white, whichever reads on a colour. */
export function readableOn(background: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(background.slice(at, at + 2), 16) / 255);
  const luminance = 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2;
  return luminance > 0.22 ? '#000000' : '#ffffff';
}

/** What all plots share: ground, text, title and the line under it. */
export function base(title: string, subtitle: string): Record<string, unknown> {
  return {
    animation: false,
    backgroundColor: ground,
    textStyle: { fontFamily, fontSize, color: ink },
    title: {
      text: title,
      subtext: subtitle,
      left: 20,
      top: 14,
      itemGap: 6,
      textStyle: { fontSize: 16, fontWeight: 'bold', color: ink },
      subtextStyle: { fontSize, lineHeight: 17, color: muted },
    },
  };
}

/** An axis' line, ticks and title, in the one style. */
export function axis(name: string, gap: number): Record<string, unknown> {
  return {
    name,
    nameLocation: 'middle',
    nameGap: gap,
    nameTextStyle: { color: ink, fontSize },
    axisLine: { show: true, onZero: false, lineStyle: { color: line } },
    axisLabel: { color: muted, fontSize },
    splitLine: { show: true, lineStyle: { color: grid } },
  };
}

/** A logarithmic axis with exactly these ticks. */
export function logarithmic(
  name: string,
  gap: number,
  { min, max, ticks }: { min: number; max: number; ticks: readonly number[] },
  show: (value: number) => string,
): Record<string, unknown> {
  const common = axis(name, gap);
  return {
    ...common,
    type: 'log',
    min,
    max,
    axisTick: { customValues: ticks, lineStyle: { color: line } },
    axisLabel: { ...(common.axisLabel as object), customValues: ticks, formatter: show },
    minorTick: { show: false },
  };
}

/** A text anywhere in the plot, its middle line at y. */
export function text(
  content: string,
  x: number,
  y: number,
  style: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    type: 'text',
    silent: true,
    z: 10,
    style: {
      text: content,
      x,
      y,
      fill: ink,
      // A seam in the colour of the ground keeps text apart from lines under it.
      stroke: ground,
      lineWidth: 3,
      fontSize,
      fontFamily,
      verticalAlign: 'middle',
      ...style,
    },
  };
}

/** A straight line anywhere in the plot. */
export function segment(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  style: Record<string, unknown>,
): Record<string, unknown> {
  return { type: 'line', silent: true, z: 5, shape: { x1, y1, x2, y2 }, style: { lineWidth: 1, ...style } };
}
