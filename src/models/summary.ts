// The table of a model's layers, as Keras prints it.
import { sizeOf } from '../core/tensor.ts';
import type { Graph, Source } from './graph.ts';
import type { PublicShape, Sketch } from './sketch.ts';

export interface SummaryRow {
  readonly name: string;
  readonly className: string;
  readonly shapes: readonly PublicShape[];
  readonly parameters: number;
  readonly connectedTo: readonly string[];
}

export interface SummaryOptions {
  /** Prefixes of the names of frozen weights, whose parameters are not trained. */
  frozen: readonly string[];
}

/** The rows of a summary: the inputs, then each call of a layer; parameters count at the first call. */
export function summaryRows(graph: Graph, sketch: Sketch): SummaryRow[] {
  const seen = new Set<string>();
  const label = ({ call, index }: Source): string => {
    if (call < 0) return `${graph.inputs[index].name}[0]`;
    return `${graph.calls[call].name}[${index}]`;
  };
  const inputs = graph.inputs.map((spec) => ({
    name: spec.name,
    className: 'InputLayer',
    shapes: [[null, ...spec.shape]],
    parameters: 0,
    connectedTo: [],
  }));
  const calls = graph.calls.map(({ name, layer, inputs: sources }, i) => {
    const own = seen.has(name) ? [] : sketch.parameters.filter((p) => p.name.startsWith(`${name}/`));
    seen.add(name);
    return {
      name,
      className: layer.className ?? 'Layer',
      shapes: sketch.calls[i].shapes,
      parameters: own.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      connectedTo: sources.map(label),
    };
  });
  return [...inputs, ...calls];
}

/** The table and the totals as text; models with branches show what each layer is connected to. */
export function summaryText(
  name: string,
  graph: Graph,
  sketch: Sketch,
  { frozen }: SummaryOptions,
  className: string,
): string {
  const rows = summaryRows(graph, sketch);
  const chain = className === 'Sequential';
  const shown = chain ? rows.filter(({ className: kind }) => kind !== 'InputLayer') : rows;
  const header = ['Layer (type)', 'Output Shape', 'Param #', ...(chain ? [] : ['Connected to'])];
  const cells = shown.map((row) => [
    `${row.name} (${row.className})`,
    row.shapes.map(showShape).join(', '),
    row.parameters.toLocaleString('en-US'),
    ...(chain ? [] : [row.connectedTo.join(', ') || '-']),
  ]);
  const total = count(sketch, () => true);
  const trained = count(sketch, (p) => p.trainable && !frozen.some((prefix) => p.name.startsWith(prefix)));
  const amount = (n: number) => `${n.toLocaleString('en-US')} (${bytes(4 * n)})`;
  return [
    `Model: "${name}"`,
    ...table(header, cells),
    ` Total params: ${amount(total)}`,
    ` Trainable params: ${amount(trained)}`,
    ` Non-trainable params: ${amount(total - trained)}`,
  ].join('\n');
}

function count(sketch: Sketch, which: (p: Sketch['parameters'][number]) => boolean): number {
  return sketch.parameters.filter(which).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

export function showShape(shape: PublicShape): string {
  return `(${shape.map((n) => n ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (left: string, middle: string, right: string, fill: string) =>
    `${left}${widths.map((w) => fill.repeat(w + 2)).join(middle)}${right}`;
  const text = (row: readonly string[], edge: string) =>
    `${edge}${row.map((cell, i) => ` ${i === 2 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])} `).join(edge)}${edge}`;
  const body = rows.flatMap((row, i) => [...(i > 0 ? [line('├', '┼', '┤', '─')] : []), text(row, '│')]);
  return [
    line('┏', '┳', '┓', '━'),
    text(header, '┃'),
    line('┡', '╇', '┩', '━'),
    ...body,
    line('└', '┴', '┘', '─'),
  ];
}

function bytes(n: number): string {
  if (n < 1024) return `${n.toFixed(2)} B`;
  if (n < 1024 ** 2) return `${(n / 1024).toFixed(2)} KB`;
  return `${(n / 1024 ** 2).toFixed(2)} MB`;
}
