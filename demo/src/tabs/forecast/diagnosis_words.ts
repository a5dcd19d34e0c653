// What the page says of a diagnosis: how the networks learned and what would help, in a visitor's words.
import type { Measures, Verdict, VerdictCause } from 'webgpu-rnn';

/** What decided, as `diagnose` has it; of several networks that of the first with the verdict. */
export interface Judged {
  readonly verdict: Verdict;
  readonly cause: VerdictCause;
  readonly measures: Measures | undefined;
  /** From 0. */
  readonly bestEpoch: number;
  /** Of each network. */
  readonly verdicts: readonly Verdict[];
  /** Whether the best of them misses by about as much as the naive forecast. */
  readonly asNaive?: boolean;
}

export interface DiagnosisWords {
  /** What is said instead of the verdict, where that would blame the network. */
  readonly title?: string;
  readonly reasons: readonly string[];
  /** Whole sentences. */
  readonly advice: string;
}

/** Causes that say nothing where the series has no more to learn. */
const idle: readonly VerdictCause[] = ['baseline not beaten', 'still improving', 'gap', 'settled'];

export function diagnosisWords({ cause, measures, bestEpoch, verdicts, asNaive }: Judged): DiagnosisWords {
  if (asNaive && idle.includes(cause)) {
    return {
      title: 'No better than naive',
      reasons: ['On the validation part the best network misses by as much as the naive forecast.'],
      advice:
        'Perhaps there is nothing to learn here: where the last value tells all that can be known of the next, as in a random walk, nothing does better.',
    };
  }
  const { rise = 0, gap = 0, trainingProgress = 0, validationProgress = 0 } = measures ?? {};
  const part = (of: number) => `${Math.round(100 * Math.max(0, of))} %`;
  const words: Record<VerdictCause, readonly [advice: string, ...reasons: string[]]> = {
    diverged: ['Take a smaller learning rate.', 'The loss has grown beyond all numbers.'],
    'too few epochs': ['Take more epochs.', 'So few epochs tell nothing yet.'],
    'hardly learned': [
      'Take more epochs, more units or a larger learning rate.',
      'The loss on the training part has hardly fallen.',
    ],
    'validation rose': [
      'Set “Patience” to a few epochs: each network then stops there and keeps its best weights. Fewer units or a longer series help too.',
      `On the validation part, from which it does not learn, it was best after epoch ${bestEpoch + 1}. Since then it has lost ${part(rise)} of what it had learned.`,
      'On the training part it went on to get better: it learns that part by heart.',
    ],
    'baseline not beaten': [
      'Take more epochs, more units or a larger learning rate, and let the networks forecast the change. Where none of it helps, there may be no more in this series to learn.',
      'On the validation part even its best epoch misses by no less than the naive forecast.',
    ],
    'still improving': [
      'Take more epochs, more units or a larger learning rate.',
      `On both parts it still got better in the last quarter of the epochs, by ${part(Math.min(trainingProgress, validationProgress))} of what it learned: it was not done.`,
    ],
    'no validation': ['Take a longer series.', 'There is no validation part by which to judge.'],
    gap: [
      'Set “Patience” to a few epochs, or take fewer units or a longer series.',
      `On the validation part it ends worse than on the training part, by ${part(gap)} of what it learned, and gets no better there.`,
    ],
    settled: [
      'Nothing more is needed. The best network can be kept below.',
      `On the validation part it ends ${rise < 0.005 ? 'at its best' : `within ${part(rise)} of its best`}, and ${gap < 0.005 ? 'no worse' : `only ${part(gap)} worse`} than on the training part.`,
      'It hardly gets better any more on either.',
    ],
    'both got worse': [
      'Take a smaller learning rate.',
      'After its best epoch it got worse on the training part and the validation part alike: its steps are too large.',
    ],
    'runs disagree': [
      'Take more networks, or a longer series.',
      'The networks differ too much for one verdict of all.',
    ],
  };
  const [advice, ...reasons] = words[cause];
  return { advice, reasons: verdicts.length > 1 ? [countOf(verdicts), ...reasons] : reasons };
}

/** Such as `2 of 3 networks: good fit, 1: overfit`. */
function countOf(verdicts: readonly Verdict[]): string {
  return [...new Set(verdicts)]
    .map((verdict) => ({ verdict, count: verdicts.filter((one) => one === verdict).length }))
    .sort((a, b) => b.count - a.count)
    .map(({ verdict, count }, i) => `${count}${i === 0 ? ` of ${verdicts.length} networks` : ''}: ${verdict}`)
    .join(', ');
}
