// The report as Markdown: what was measured, on which machine and how, with the plots beside it.
import type { BenchResults } from '../results.ts';
import { torchTolerances } from '../tolerances.ts';
import { adapterName, caseName, groupBy, isOurs, placeName } from './names.ts';
import { duration, figure, times, whole, withSpread } from './numbers.ts';
import { rooflinePanels } from './roofline_plot.ts';
import type { Plot } from './style.ts';
import {
  asMarkdown,
  countTable,
  firstStepTable,
  growthTables,
  kernelTable,
  measurementTable,
  ownCountTable,
  ratioTable,
  type Table,
} from './tables.ts';

/** A plot and the name of its file. */
export interface Figure extends Pick<Plot, 'name' | 'alt'> {
  file: string;
}

/** The whole report; `figures` are linked where they belong. `partial`: options narrowed the run. */
export function markdown(
  results: BenchResults,
  figures: readonly Figure[],
  { partial = false } = {},
): string {
  const { machine } = results;
  const images = (prefix: string) =>
    figures
      .filter(({ name }) => name.startsWith(prefix))
      .flatMap(({ alt, file }) => [`![${alt}](${file})`, '']);
  const lines = [
    `# ${adapterName(machine)}`,
    '',
    ...(machine.software
      ? [
          'These figures are of a **software adapter**: a program that computes what a GPU would, on the processor.' +
            ' They say nothing about the speed of a GPU.',
          '',
        ]
      : []),
    ...(partial ? ['Options chose a part of the benchmark: only that was measured.', ''] : []),
    ...summary(results),
    ...section(
      'Against other engines',
      results.ratios.length,
      'No engine was measured in pairs with another.',
      () => [
        ...images('ratios'),
        'How many times as long a step of the peer takes as the same step of webgpu-rnn on the GPU: the median of pairs of' +
          ' neighbouring runs in the same place, with the first and third quartile.',
        '',
        ...asMarkdown(ratioTable(results)),
        ...unpaired(results),
      ],
    ),
    ...section('How the time grows', results.growth.length, 'No size was varied.', () => [
      ...images('growth'),
      ...growthTables(results).flatMap(({ axis, table }) => [
        `Time of a training step by ${axis}:`,
        '',
        ...asMarkdown(table),
        '',
      ]),
    ]),
    ...section('Where the time of a step goes', results.kernels.length, 'No kernel was timed.', () => [
      ...images('step'),
      ...images('roofline'),
      `Ceilings measured in this run: matrix product ${figure(results.ceilings.matmulGflops)} GFLOP/s (the best of all` +
        ` candidates of ours at a few sizes), copy ${figure(results.ceilings.copyGbs)} GB/s (the faster of the API's and a` +
        ` kernel's, read and written), on normal values. ${withoutArithmetic(results)}`.trimEnd(),
      '',
      'Bytes are those that a kernel must move at least: a kernel of one step is charged the recurrent weights in every' +
        ' step, one over all steps (`sequence`) once, though it reads them again in every step, from a cache or from' +
        ' registers. Their GB/s are no measure of one another.',
      '',
      ...details('All kernels', kernelTable(results)),
    ]),
    ...section('All measurements', results.measurements.length, 'Nothing was timed.', () => [
      'Time is the median with its quartiles, over so many runs; the first and the third loss are compared with those of' +
        ' webgpu-rnn on the CPU in f64, from the same weights and without dropout. `whole`: on the very chunk that is timed.' +
        ' Else on a shorter one of the same model, and the first loss of the whole chunk with that of the engine beside it.',
      '',
      ...details('All measurements', measurementTable(results.measurements)),
    ]),
    ...counts(results),
    ...firstSteps(results),
    ...section('What was left out', results.omitted.length, 'Nothing.', () =>
      results.omitted.map((reason) => `- ${reason}`),
    ),
    ...method(results),
  ];
  return `${lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function section(title: string, size: number, otherwise: string, body: () => string[]): string[] {
  return [`## ${title}`, '', ...(size > 0 ? body() : [otherwise]), ''];
}

/** Our own steps and how the peers stand, a line each. */
function summary({ measurements, ratios }: BenchResults): string[] {
  const own = measurements.filter((m) => isOurs(m.engine) && m.engine.endsWith(' webgpu') && m.milliseconds);
  const steps = own.map((m) => {
    const speed = m.tokensPerSecond === undefined ? '' : `, ${figure(m.tokensPerSecond)} tokens/s`;
    return `- ${caseName(m)}, in ${placeName(m.place)}: ${withSpread(m.milliseconds!, duration)}${speed}`;
  });
  const peers = [...groupBy(ratios, ({ peer, place }) => `${peer} in ${placeName(place)}`)].map(
    ([peer, rows]) => {
      const medians = rows.map(({ ratio }) => ratio.median);
      const [low, high] = [Math.min(...medians), Math.max(...medians)];
      const range = rows.length === 1 ? times(low) : `${times(low)} to ${times(high)}`;
      return `- ${peer} takes ${range} as long as webgpu-rnn on the GPU (${rows.length} ${rows.length === 1 ? 'case' : 'cases'})`;
    },
  );
  return [...steps, '', ...peers, ''];
}

function unpaired({ ratios }: BenchResults): string[] {
  if (!ratios.some((ratio) => ratio.unpaired)) return [];
  return ['', 'Where there are no pairs, the peer ran in a process of its own: its times over our median.'];
}

function withoutArithmetic({ kernels }: BenchResults): string {
  const names = [...new Set(rooflinePanels(kernels).flatMap(({ moving }) => moving))];
  return names.length === 0 ? '' : `Kernels without arithmetic are not in the roofline: ${names.join(', ')}.`;
}

function counts(results: BenchResults): string[] {
  const engines = countTable(results.measurements);
  const own = ownCountTable(results);
  return section('Counts per step', engines.rows.length + own.rows.length, 'Nothing was counted.', () => [
    'What one step makes the WebGPU API do in the steady state. Buffers and bytes are those made anew.',
    '',
    ...(own.rows.length > 0
      ? ['Training steps of webgpu-rnn with the model of an unknown GPU:', '', ...asMarkdown(own), '']
      : []),
    ...(engines.rows.length > 0 ? asMarkdown(engines) : []),
  ]);
}

function firstSteps({ measurements }: BenchResults): string[] {
  const table = firstStepTable(measurements);
  return section('First step', table.rows.length, 'No first step was timed.', () => [
    'From the start of building to the first loss read back: what a page waits for before anything is learned.',
    '',
    ...asMarkdown(table),
  ]);
}

function method({ machine, method: m, date, commit, measurements }: BenchResults): string[] {
  const rows = [
    ['adapter', adapterName(machine)],
    ['processor', `${machine.host}, ${whole(machine.cores)} cores`],
    ['Node', machine.node],
    ...(machine.browser ? [['browser', machine.browser]] : []),
    ['commit', commit],
    ['date', date],
  ];
  return [
    '## Method and machine',
    '',
    `Every figure is the median of ${whole(m.runs)} runs after ${whole(m.warmup)} that do not count; a run repeats the step for at least` +
      ` ${m.blockMilliseconds} ms and waits for the GPU at its end. Peers alternate with webgpu-rnn, so that both meet the same` +
      ' state of the machine. The loss is read once, at the end of a run; a run that takes long is repeated less often, and' +
      ' every row tells how often.',
    '',
    'tfjs is written in two ways, with tf.layers (whose trainOnBatch reads the loss in every step, as its users pay for) and' +
      ' in core ops, where tf.layers has the layers; the faster one is measured, and named. Its first step is that of' +
      ' tf.layers. jax-js compiles the whole step as one function and waits once a run.',
    '',
    `PyTorch gets the same weights and chunks; its first loss may be off by ${torchTolerances.f32} in f32,` +
      ` ${torchTolerances.tf32} with TF32 and ${torchTolerances.bf16} in bf16. ` +
      (measurements.some(({ engine }) => engine.startsWith('torch '))
        ? 'It ran in a process of its own.'
        : 'It was not measured here: the script that does it did not run on this machine.'),
    '',
    ...asMarkdown({ columns: ['', ''], rows }),
  ];
}

/** A long table, folded. */
function details(title: string, table: Table): string[] {
  return [
    `<details><summary>${title} (${table.rows.length} rows)</summary>`,
    '',
    ...asMarkdown(table),
    '',
    '</details>',
  ];
}
