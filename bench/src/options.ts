// The benchmark's command line: what there is to choose, and what is wrong with a choice.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Autotune, autotuneModes } from '../../src/backends/tuning.ts';
import { oneOf, whole } from '../../src/cli/options.ts';
import { OptionError } from '../../src/core/errors.ts';
import { engines } from './engines/names.ts';
import type { Place } from './results.ts';
import { type Cell, cells, type Mode, modes, works } from './works.ts';

export interface BenchOptions {
  works?: string[];
  cells?: Cell[];
  modes?: Mode[];
  engines?: string[];
  places?: Place[];
  runs?: number;
  budget?: number;
  quick: boolean;
  growth: boolean;
  counts: boolean;
  json: boolean;
  kernels: boolean;
  out?: string;
  compare?: string;
  threshold: number;
  report: boolean;
  autotune: Autotune;
}

const places: readonly Place[] = ['node', 'browser'];

/** Engines by name, or all of a family (`tfjs`) or of an API (`webgpu`). */
const engineWords = [
  ...new Set([...Object.keys(engines), ...Object.keys(engines).flatMap((name) => name.split(' '))]),
];

function makeProgram(home: string): Command {
  return new Command('bench')
    .description(
      'Measures training and inference of recurrent language models: webgpu-rnn beside TensorFlow.js, jax-js and, where' +
        ' it is installed, PyTorch. On a software adapter only what takes minutes runs unless it is asked for by name.',
    )
    .usage('[options]        (npm run bench -- [options])')
    .addOption(
      list(
        '--works <names>',
        'models and chunk sizes',
        works.map(({ name }) => name),
      ),
    )
    .addOption(list('--cells <names>', 'recurrent cells', cells))
    .addOption(list('--modes <names>', 'training steps, forward passes, one sequence token by token', modes))
    .addOption(
      list(
        '--engines <names>',
        'libraries and their backends, each beside webgpu-rnn on the GPU, which is always measured; webgpu-rnn' +
          ' includes its engine on the CPU',
        engineWords,
      ),
    )
    .addOption(list('--places <names>', 'where to measure', places))
    .addOption(new Option('--runs <n>', 'pairs of blocks').argParser(whole({ min: 1, max: 10_000 })))
    .addOption(
      new Option(
        '--budget <seconds>',
        'measuring time of an engine on a work, beyond which it gets fewer runs',
      ).argParser(whole({ min: 1, max: 500 })),
    )
    .option('--quick', 'few runs of S, training only, in Node', false)
    .option('--growth', 'only how the time grows with H, N, T and V', false)
    .option('--counts', 'only count what a training step asks of the API', false)
    .option('--json', 'print one JSON object as the last line', false)
    .addOption(
      new Option(
        '--autotune <mode>',
        `how webgpu-rnn chooses among kernels: ${autotuneModes.join(', ')} (see its train --help)`,
      )
        .default('off')
        .argParser(oneOf(autotuneModes)),
    )
    .option('--no-kernels', 'leave out the times of single kernels')
    .option('--no-report', 'write no report with plots')
    .option('--out <folder>', `where the results go (default: ${home})`)
    .option('--compare <file>', 'compare with earlier results; exit status 1 when a counted figure grew')
    .addOption(
      new Option('--threshold <percent>', 'by how much a counted figure may grow')
        .default(0)
        .argParser(whole({ min: 0, max: 1000 })),
    )
    .allowExcessArguments()
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ outputError() {} })
    .addHelpText('after', `\n${catalogue()}`);
}

/** An option that takes names separated by commas. */
function list(flags: string, about: string, names: readonly string[]): Option {
  return new Option(flags, `${about}: ${names.join(', ')}`).argParser((text) => {
    const chosen = text.split(',').map((name) => name.trim());
    const unknown = chosen.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new InvalidArgumentError(
        `There is no ${JSON.stringify(unknown)}; there are ${names.join(', ')}.`,
      );
    }
    return chosen;
  });
}

function catalogue(): string {
  const rows = works.map(({ name, N, T, D, H, V, layers, about }) => {
    const sizes = `N ${N}  T ${T}  D ${D}  H ${H}  V ${V}${layers > 1 ? `  ${layers} layers` : ''}`;
    return `  ${name.padEnd(11)} ${sizes.padEnd(46)} ${about}`;
  });
  return `Works (N sequences, T steps, D features, H units, V classes):\n${rows.join('\n')}`;
}

/** Where results go that no option sends elsewhere, in words: the bundle's start.js names a folder itself. */
export function outDefault(clone: boolean): string {
  return clone ? 'bench/results' : '$OUT where it is set, else ./bench-results';
}

/**
 * Reads the arguments; `undefined` where help was printed. `clone`: a clone of the repository, and not a bundle.
 * @throws OptionError for what there is not.
 */
export function parseOptions(argv: readonly string[], clone = true): BenchOptions | undefined {
  const program = makeProgram(outDefault(clone));
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new OptionError(`${error.message.replace(/^error: /, '')} (--help lists what there is)`);
  }
  if (program.args.length > 0) {
    throw new OptionError(`${program.args[0]} is no option of the benchmark (--help lists what there is)`);
  }
  const options = program.opts<BenchOptions>();
  if (options.counts) refuseWithCounts(program, options);
  if (!options.engines) return options;
  const asked = options.engines;
  const chosen = Object.keys(engines).filter((name) =>
    asked.some((word) => word === name || name.split(' ').includes(word)),
  );
  return { ...options, engines: chosen };
}

/** What has no effect on counting, and would seem to. */
const notCounted = [
  'works',
  'cells',
  'modes',
  'engines',
  'places',
  'runs',
  'budget',
  'quick',
  'growth',
  'autotune',
] as const;

function refuseWithCounts(program: Command, options: BenchOptions): void {
  if (options.compare !== undefined) {
    throw new OptionError('--compare compares a measurement with an earlier one: leave --counts out');
  }
  const given = notCounted.find((name) => program.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  throw new OptionError(
    `--counts counts training steps of webgpu-rnn on S and M, whatever --${given} says: leave one of them out`,
  );
}

/** Whether the run covers less than all, so that its results do not stand for the device. */
export function isPartial({ works, cells, modes, engines, places, quick, growth }: BenchOptions): boolean {
  return Boolean(works || cells || modes || engines || places || quick || growth);
}
