// Cases of the losses of rows with labels.
import { type KernelCase, uniform } from './kernel_case.ts';
import { probabilities, type Rows, rows } from './row_loss_case.ts';

const labelled = (name: string, o: Rows): KernelCase => rows(name, o, true);

export const cases: readonly KernelCase[] = [
  labelled('categorical', {
    M: 33,
    C: 5,
    kind: 'categorical',
    preparation: 'sum',
    prediction: probabilities,
  }),
  labelled('categorical smoothed, ignored', {
    M: 65,
    C: 7,
    kind: 'categorical',
    preparation: 'sum',
    prediction: probabilities,
    smoothing: 0.2,
    ignored: 3,
    masked: true,
    rowWeighted: true,
  }),
  labelled('focal of logits', {
    M: 12,
    C: 5,
    kind: 'categoricalFocal',
    preparation: 'softmax',
    alpha: 0.25,
    gamma: 2,
  }),
  labelled('generalized', { M: 33, C: 5, kind: 'generalized', prediction: probabilities, alpha: 0.7 }),
  labelled('negative logarithm', {
    M: 33,
    C: 5,
    kind: 'negativeLogarithm',
    prediction: (shape) => uniform(shape, -4, 0),
    weighted: true,
    gradient: 0,
  }),
  labelled('negative logarithm', { M: 12, C: 1, kind: 'negativeLogarithm', bench: true }),
];
