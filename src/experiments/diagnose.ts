// Reads the curves of training and validation: whether a model learned too little, enough, or its training data by heart.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { moreIsBetter } from '../training/callbacks/monitor.ts';
import { type Recorded, type Run, runsOf } from './curves.ts';

export type Verdict = 'underfit' | 'good fit' | 'overfit' | 'unclear';

/** What decided the verdict, for programs that say it in words of their own; in the order of the rules of `diagnose`. */
export type VerdictCause =
  | 'diverged'
  | 'too few epochs'
  | 'hardly learned'
  | 'validation rose'
  | 'baseline not beaten'
  | 'still improving'
  | 'no validation'
  | 'gap'
  | 'settled'
  | 'both got worse'
  | 'runs disagree';

export interface DiagnoseOptions {
  /** Default 'loss', read together with 'val_loss'. */
  monitor?: string;
  /** Whether less or more is better; 'auto', the default, goes by the name. */
  mode?: 'auto' | 'min' | 'max';
  /** What a naive answer reaches, such as the loss of a forecast that repeats the last value. */
  baseline?: number;
}

/** What the verdict rests on; all are parts of how much the model learned, from the worst first epoch to the best value. */
export interface Measures {
  /** How far validation has got worse again after its best epoch. */
  readonly rise: number;
  /** How much worse validation is than training at the end; negative where it is better. */
  readonly gap: number;
  /** How much training got better in the last quarter of the epochs. */
  readonly trainingProgress: number;
  /** The same of validation. */
  readonly validationProgress: number;
}

export interface Diagnosis {
  readonly verdict: Verdict;
  /** Of several histories, that of the first with this verdict. */
  readonly cause: VerdictCause;
  /** In words; epochs count from 0 here too. */
  readonly reasons: readonly string[];
  readonly suggestions: readonly string[];
  /** The epoch, from 0, with the best value of validation, or of training where there is no validation; of the first run. */
  readonly bestEpoch: number;
  /** Of the first run; undefined where there was too little to measure. */
  readonly measures: Measures | undefined;
  /** One for each history, where there are several. */
  readonly runs?: readonly Diagnosis[];
}

/** Epochs below which curves tell nothing. */
const FEWEST = 5;
/** A rise of validation beyond this is no noise. */
const RISE = 0.1;
/** A gap beyond this is more than held-out data usually cost. */
const GAP = 0.25;
/** Progress in the last quarter beyond this says that training was not at its end. */
const PROGRESS = 0.05;
/** A model that got better by less than this part of its first value has hardly learned. */
const LEARNED = 0.1;

/**
 * Says whether a training underfits, fits well or overfits, and why. Curves are smoothed over a twentieth of the epochs;
 * the rules are asked in this order:
 * 1. unclear: fewer than 5 epochs, or a value that is no number;
 * 2. underfit, where no `baseline` is given: training got better by less than a tenth of its first value;
 * 3. overfit: validation rose by more than 0.1 after its best epoch while training went on to get better;
 * 4. underfit: the best value does not beat `baseline`;
 * 5. underfit: training and validation were both still getting better, by more than 0.05 in the last quarter;
 * 6. overfit: validation ends worse than training by more than 0.25, and no longer gets better;
 * 7. good fit: validation ends within 0.1 of its best and within 0.25 of training; else unclear.
 * The numbers are parts of what was learned (see `Measures`). Without validation only the rules 1, 2, 4 and 5 can speak.
 * Epochs count from 0, as in histories. Of several histories the verdict is that of more than half.
 * @throws DataError when a history lacks `monitor`; OptionError for what is no history.
 */
export function diagnose(recorded: Recorded | readonly Recorded[], options: DiagnoseOptions = {}): Diagnosis {
  const where = 'diagnose';
  checkOptions(where, options, ['monitor', 'mode', 'baseline']);
  const { monitor = 'loss', mode = 'auto', baseline } = options;
  if (!['auto', 'min', 'max'].includes(mode)) {
    throw new OptionError(`[${where}/mode] must be 'auto', 'min' or 'max', got ${shown(mode)}`);
  }
  if (baseline !== undefined && !Number.isFinite(baseline)) {
    throw new OptionError(`[${where}/baseline] must be a number, got ${shown(baseline)}`);
  }
  const sign = mode === 'max' || (mode === 'auto' && moreIsBetter(monitor)) ? -1 : 1;
  const each = runsOf(where, recorded, monitor).map((run) => diagnosisOf(run, monitor, sign, baseline));
  if (each.length === 1) return each[0];
  const verdicts = [...new Set(each.map(({ verdict }) => verdict))];
  const counts = verdicts.map((verdict) => each.filter((one) => one.verdict === verdict).length);
  const winner = verdicts.find((_, i) => 2 * counts[i] > each.length);
  const first = each.find(({ verdict }) => verdict === winner) ?? each[0];
  return {
    ...first,
    verdict: winner ?? 'unclear',
    cause: winner ? first.cause : 'runs disagree',
    reasons: [
      verdicts.map((verdict, i) => `${counts[i]} of ${each.length} runs: ${verdict}`).join(', '),
      ...(winner ? first.reasons : []),
    ],
    suggestions: winner ? first.suggestions : ['repeat with more seeds, or with more data for validation'],
    bestEpoch: each[0].bestEpoch,
    measures: each[0].measures,
    runs: each,
  };
}

const SUGGESTIONS: Readonly<Record<Verdict, readonly string[]>> = {
  underfit: ['train for more epochs', 'take a larger model, or a larger learning rate'],
  overfit: [
    'stop early: earlyStopping({ restoreBestWeights: true })',
    'take dropout, weight decay or a smaller model',
    'take more data',
  ],
  'good fit': ['take the weights of the best epoch'],
  unclear: ['train for more epochs, with validation data'],
};

function diagnosisOf(run: Run, monitor: string, sign: number, baseline: number | undefined): Diagnosis {
  const judged = run.validation.length > 0 ? run.validation : run.training;
  const cost = (points: Run['training']) => points.map(({ value }) => sign * value);
  const best = judged[indexOfLeast(cost(judged))];
  const bestEpoch = best.epoch - 1;
  const name = run.validation.length > 0 ? `val_${monitor}` : monitor;
  const says = (
    verdict: Verdict,
    cause: VerdictCause,
    reasons: string[],
    more: { measures?: Measures; suggestions?: string[] } = {},
  ) => ({
    verdict,
    cause,
    reasons,
    suggestions: more.suggestions ?? SUGGESTIONS[verdict],
    bestEpoch,
    measures: more.measures,
  });
  const odd = [...run.training, ...run.validation].find(({ value }) => !Number.isFinite(value));
  if (odd) {
    return says(
      'unclear',
      'diverged',
      [`${monitor} is ${odd.value} in epoch ${odd.epoch - 1}: the training diverged`],
      {
        suggestions: ['take a smaller learning rate, or clip the gradients: globalClipNorm'],
      },
    );
  }
  if (judged.length < FEWEST) {
    return says('unclear', 'too few epochs', [
      `${judged.length} epochs are too few to tell; ${FEWEST} are needed`,
    ]);
  }
  const training = smooth(
    cost(run.training.filter(({ epoch }) => judged.some((one) => one.epoch === epoch))),
  );
  const validation = run.validation.length > 0 ? smooth(cost(run.validation)) : undefined;
  const measures = measured(training, validation ?? training);
  const reason = { name, monitor, percent: (part: number) => `${Math.round(100 * part)}%` };
  const { rise, gap, trainingProgress, validationProgress } = measures;
  const at = indexOfLeast(validation ?? training);
  const wentOn = training[at] > atEnd(training);
  const gained = (training[0] - Math.min(...training)) / (Math.abs(training[0]) || 1);
  if (baseline === undefined && gained < LEARNED) {
    return says(
      'underfit',
      'hardly learned',
      [`${monitor} has got better by ${reason.percent(gained)} of its first value only`],
      {
        measures,
        suggestions: [
          ...SUGGESTIONS.underfit,
          'if that is all there is to learn, say what is naive: { baseline }',
        ],
      },
    );
  }
  if (validation && rise > RISE && wentOn) {
    const what = `${name} is best in epoch ${bestEpoch} and has got worse since by ${reason.percent(rise)} of what was learned`;
    return says('overfit', 'validation rose', [what, `${monitor} went on to get better`], { measures });
  }
  const beaten = baseline === undefined || sign * best.value < sign * baseline;
  if (!beaten) {
    return says(
      'underfit',
      'baseline not beaten',
      [`the best ${name}, ${short(best.value)}, does not beat the baseline ${short(baseline!)}`],
      { measures },
    );
  }
  if (trainingProgress > PROGRESS && validationProgress > PROGRESS) {
    const parts = validation ? [monitor, name] : [monitor];
    const progress = reason.percent(Math.min(trainingProgress, validationProgress));
    return says(
      'underfit',
      'still improving',
      [`${parts.join(' and ')} still got better in the last quarter, by ${progress} of what was learned`],
      { measures },
    );
  }
  if (!validation) {
    return says(
      'unclear',
      'no validation',
      [`${monitor} has come to rest, but without validation there is no telling whether it overfits`],
      {
        measures,
        suggestions: ['give fit validationData or validationSplit'],
      },
    );
  }
  if (gap > GAP && validationProgress <= PROGRESS) {
    const what = `${name} ends worse than ${monitor} by ${reason.percent(gap)} of what was learned, and no longer gets better`;
    return says('overfit', 'gap', [what], { measures });
  }
  if (rise <= RISE && gap <= GAP) {
    const what = `${name} ends within ${reason.percent(Math.max(rise, 0))} of its best and ${
      gap > 0 ? `${reason.percent(gap)} worse` : 'no worse'
    } than ${monitor}`;
    return says('good fit', 'settled', [what, `neither gets much better any more`], { measures });
  }
  return says(
    'unclear',
    'both got worse',
    [`${name} has got worse by ${reason.percent(rise)} of what was learned, and so has ${monitor}`],
    {
      measures,
      suggestions: ['take a smaller learning rate, or one that falls: cosineDecay, reduceLROnPlateau'],
    },
  );
}

function measured(training: readonly number[], validation: readonly number[]): Measures {
  const least = Math.min(...training, ...validation);
  const learned = Math.max(training[0], validation[0]) - least || 1;
  const end = atEnd(validation);
  return {
    rise: (end - Math.min(...validation)) / learned,
    gap: (end - atEnd(training)) / learned,
    trainingProgress: progress(training) / learned,
    validationProgress: progress(validation) / learned,
  };
}

/** The mean of the last tenth. */
function atEnd(values: readonly number[]): number {
  const last = values.slice(-Math.max(1, Math.round(values.length / 10)));
  return last.reduce((sum, value) => sum + value, 0) / last.length;
}

/** How far the values fall over the last quarter, by the straight line of least squares through them. */
function progress(values: readonly number[]): number {
  const part = values.slice(-Math.max(3, Math.ceil(values.length / 4)));
  const middle = (part.length - 1) / 2;
  const along = part.reduce((sum, value, i) => sum + (i - middle) * value, 0);
  const square = part.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return (-along / square) * (part.length - 1);
}

/** The mean over a twentieth of the epochs around each, fewer at the ends. */
function smooth(values: readonly number[]): number[] {
  const reach = Math.floor(values.length / 40);
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - reach), i + reach + 1);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
}

/** NaN is never the least. */
function indexOfLeast(values: readonly number[]): number {
  return values.reduce(
    (best, value, i) => (value < values[best] || Number.isNaN(values[best]) ? i : best),
    0,
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
