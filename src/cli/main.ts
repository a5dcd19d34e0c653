// The `webgpu-rnn` command: reads the arguments, runs a command, and turns every failure into one line and exit status 2.
import { Argument, Command, CommanderError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { DataError, DeviceError, FormatError, OptionError, ShapeError } from '../core/errors.ts';
import { backendOption, jsonOption, number, seedOption, whole } from './options.ts';
import { addTrainOptions } from './train_settings.ts';

const USAGE_ERROR = 2;
const INTERNAL_ERROR = 70;

function makeProgram(): Command {
  const program = new Command('webgpu-rnn')
    .description('Trains and runs language models with RNN, GRU and LSTM cells on the GPU.')
    .version(manifest.version, '-V, --version')
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ outputError() {} });

  const train = program
    .command('train')
    .summary('train a model on a text')
    .description(
      'Trains a model on a text and saves it. Without a file it trains on its own source text, as a demonstration' +
        ' of a few minutes. Line ends \\r\\n count as \\n. Ctrl-C saves; --resume goes on.',
    )
    .addArgument(
      new Argument('[file]', 'a UTF-8 text, - for the standard input (default: the source of this program)'),
    );
  addTrainOptions(train).action(async (file: string | undefined, options) => {
    process.exitCode = await (await import('./train.ts')).train(file, options);
  });

  program
    .command('sample')
    .summary('write text with a trained model')
    .description('Writes text with a trained model.')
    .argument('<dir>', 'the folder of a model')
    .addOption(
      new Option('--length <n>', 'tokens to write (default: 500 characters, 100 words)').argParser(
        whole({ min: 1, max: 1e6 }),
      ),
    )
    .addOption(
      new Option('--temperature <t>', 'below 1 bolder, above 1 wilder, 0 always the likeliest token')
        .default(0.8)
        .argParser(number({ min: 0, max: 100 })),
    )
    .addOption(
      new Option('--top-k <k>', 'draw among the k likeliest tokens only, 0 for all')
        .default(0)
        .argParser(whole({ min: 0, max: 1e6 })),
    )
    .option('--prime <text>', 'what the text begins with (default: a new line)')
    .addOption(seedOption('the same seed gives the same text').default(1))
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (folder: string, options) => (await import('./sample.ts')).sample(folder, options));

  program
    .command('eval')
    .summary('measure a trained model on a text')
    .description(
      'Measures how well a model predicts a text: perplexity, with a state carried through the whole file.',
    )
    .argument('<dir>', 'the folder of a model')
    .argument('<file>', 'a UTF-8 text, - for the standard input')
    .addOption(
      new Option('--limit-tokens <K>', 'use only the first K tokens of the text').argParser(
        whole({ min: 2, max: 2 ** 31 }),
      ),
    )
    .option('--skip-unknown', 'leave out what the model has never seen, and say how much that is')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (folder: string, file: string, options) =>
      (await import('./eval.ts')).evaluate(folder, file, options),
    );

  program
    .command('summary')
    .summary('show the layers of a trained model')
    .description('Shows layers, output shapes and parameter counts of a trained model, as Keras counts them.')
    .argument('<dir>', 'the folder of a model')
    .addOption(jsonOption())
    .action(async (folder: string, options) => (await import('./summary.ts')).summary(folder, options));

  program
    .command('info')
    .summary('show the adapter in use, its features and limits')
    .description('Shows the adapter in use, its features and limits, and versions.')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(async (options) => (await import('./info.ts')).info(options));

  program
    .command('launch')
    .summary('run a script of your own where it finds an adapter')
    .description(
      'Runs a Node script where it finds a GPU adapter: the real one, else the bundled software adapter.',
    )
    .argument('<script>', 'a JavaScript file')
    .argument('[arguments...]', 'what the script gets')
    .action(() => {
      // The launcher that starts this program handles the command itself.
      throw new OptionError('launch works only as `webgpu-rnn launch SCRIPT`, not through this file');
    });
  return program;
}

/** Runs the command line; everything that goes wrong is told here. */
async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
  process.stdout.on('error', () => {
    // A command that listens itself, as train does, has something to save; the others just end.
    if (process.stdout.listenerCount('error') === 1) process.exit(process.exitCode ?? 0);
  });
  try {
    await makeProgram().parseAsync(argv as string[]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Says what went wrong in one line, and gives the exit status. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version have been printed already.
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return USAGE_ERROR;
    tell(`${error.message.replace(/^error: /, '').replaceAll('\n', ' ')} (--help lists what there is)`);
    return USAGE_ERROR;
  }
  if (error instanceof Error && userErrors.some((kind) => error instanceof kind)) {
    tell(error.message);
    return USAGE_ERROR;
  }
  const debug = process.env.WEBGPU_RNN_DEBUG === '1';
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  tell(`internal error: ${message}${debug ? `\n${stack}` : ' (WEBGPU_RNN_DEBUG=1 shows where)'}`);
  return INTERNAL_ERROR;
}

const userErrors = [DataError, DeviceError, FormatError, OptionError, ShapeError];

function tell(message: string): void {
  process.stderr.write(`webgpu-rnn: ${message}\n`);
}

await main(process.argv);
