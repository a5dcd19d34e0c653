// Where the time of a step goes: one bar a work and cell, one part a kernel.
import type { BenchResults, KernelRow } from '../results.ts';
import { textWidth } from './layout.ts';
import { cellName, groupBy, machineLine } from './names.ts';
import { duration, percent } from './numbers.ts';
import { axis, base, colour, fontSize, muted, type Plot, readableOn, rest, text } from './style.ts';

export interface StepPart {
  kernel: string;
  milliseconds: number;
  share: number;
}

export interface StepBar {
  title: string;
  milliseconds: number;
  /** In the order of `kinds`. */
  parts: StepPart[];
}

export const others = 'other kernels';
const shown = 7;

/**
 * The bars, and the kinds of kernels with a colour of their own: those that take most, then the rest.
 *
 * A kind has `cell` for the cell's own name, so that like parts of different cells share a colour.
 */
export function stepBars(kernels: readonly KernelRow[]): { bars: StepBar[]; kinds: string[] } {
  const groups = groupBy(kernels, ({ work, cell }) => `${work} ${cellName(cell)}`);
  const weights = new Map<string, number>();
  const measured = [...groups].map(([title, rows]) => {
    const total = rows.reduce((sum, row) => sum + row.milliseconds, 0);
    const byKind = new Map<string, number>();
    for (const row of rows) byKind.set(kindOf(row), (byKind.get(kindOf(row)) ?? 0) + row.milliseconds);
    for (const [kind, ms] of byKind) weights.set(kind, (weights.get(kind) ?? 0) + ms / total);
    const kernels = new Map(rows.map((row) => [kindOf(row), row.kernel]));
    return { title, total, byKind, kernels };
  });
  const ranked = [...weights].sort((a, b) => b[1] - a[1]).map(([kind]) => kind);
  const own = ranked.slice(0, ranked.length > shown + 1 ? shown : ranked.length);
  const kinds = own.length < ranked.length ? [...own, others] : own;
  const bars = measured.map(({ title, total, byKind, kernels }) => {
    const left = total - own.reduce((sum, kind) => sum + (byKind.get(kind) ?? 0), 0);
    const parts = kinds.map((kind) => {
      const milliseconds = kind === others ? Math.max(0, left) : (byKind.get(kind) ?? 0);
      return { kernel: kernels.get(kind) ?? kind, milliseconds, share: milliseconds / total };
    });
    return { title, milliseconds: total, parts };
  });
  return { bars, kinds };
}

export function kindOf({ kernel, cell }: Pick<KernelRow, 'kernel' | 'cell'>): string {
  return kernel.startsWith(`${cell}_`) ? `cell${kernel.slice(cell.length)}` : kernel;
}

/** The colour of each kind of kernel. */
export function kindColours(kinds: readonly string[]): Map<string, string> {
  return new Map(kinds.map((kind, i) => [kind, kind === others ? rest : colour(i)]));
}

const barHeight = 52;

/** The plot, or none where no kernel was measured. */
export function stepPlot(results: BenchResults): Plot[] {
  const { bars, kinds } = stepBars(results.kernels);
  if (bars.length === 0) return [];
  const width = 900;
  const left = 30 + Math.max(...bars.map(({ title }) => textWidth(title, fontSize)));
  const plotWidth = width - left - 90;
  const fills = kindColours(kinds);
  const legend = legendRows(kinds, fills, width - 40);
  const top = 66 + legend.height;
  const height = bars.length * barHeight;
  return [
    {
      name: 'step',
      alt: 'Share of each kernel in the time of a training step',
      width,
      height: top + height + 62,
      option: {
        ...base(
          'Where the time of a training step goes',
          `${machineLine(results)} · right: time of all kernels of a step`,
        ),
        grid: { left, top, width: plotWidth, height },
        xAxis: { ...axis('share of the time of all kernels, %', 30), type: 'value', min: 0, max: 100 },
        yAxis: {
          ...axis('', 0),
          type: 'category',
          inverse: true,
          data: bars.map(({ title }) => title),
          axisTick: { show: false },
          splitLine: { show: false },
        },
        series: kinds.map((kind, k) => ({
          type: 'bar',
          name: kind,
          stack: 'step',
          silent: true,
          barWidth: barHeight - 18,
          itemStyle: { color: fills.get(kind), borderColor: '#ffffff', borderWidth: 1 },
          data: bars.map(({ parts }) => {
            const label = partLabel(parts[k], plotWidth);
            return {
              value: parts[k].share * 100,
              label: {
                show: label !== '',
                formatter: label,
                color: readableOn(fills.get(kind)!),
                fontSize: 11,
                lineHeight: 13,
              },
            };
          }),
        })),
        graphic: [
          ...legend.shapes,
          ...bars.map(({ milliseconds }, i) =>
            text(duration(milliseconds), left + plotWidth + 10, top + (i + 0.5) * barHeight, { fill: muted }),
          ),
        ],
      },
    },
  ];
}

/** The kernel's name and share, only the share, or nothing, as the part has room for. */
function partLabel({ kernel, share }: StepPart, plotWidth: number): string {
  const room = share * plotWidth - 6;
  if (textWidth(kernel, 11) <= room) return `${kernel}\n${percent(share)}`;
  const words = kernel.split('_');
  const half = Math.ceil(words.length / 2);
  const [first, second] = [words.slice(0, half).join('_'), words.slice(half).join('_')];
  if (second && textWidth(first.length > second.length ? first : second, 11) + 6 <= room) {
    return `${first}_\n${second} ${textWidth(`${second} ${percent(share)}`, 11) <= room ? percent(share) : ''}`.trim();
  }
  return textWidth(percent(share), 11) <= room ? percent(share) : '';
}

/** The legend in as many rows as it needs; a library's own could not be measured before it is drawn. */
function legendRows(kinds: readonly string[], fills: ReadonlyMap<string, string>, room: number) {
  const shapes: Record<string, unknown>[] = [];
  let [x, row] = [20, 0];
  for (const kind of kinds) {
    const width = 18 + textWidth(kind, fontSize) + 18;
    if (x + width > room + 20 && x > 20) [x, row] = [20, row + 1];
    const y = 74 + row * 20;
    shapes.push({
      type: 'rect',
      silent: true,
      shape: { x, y: y - 6, width: 12, height: 12, r: 2 },
      style: { fill: fills.get(kind) },
    });
    shapes.push(text(kind, x + 18, y));
    x += width;
  }
  return { shapes, height: 24 + (row + 1) * 20 };
}
