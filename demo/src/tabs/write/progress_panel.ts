// How far a run is: its state in words, its numbers, and the curves of its losses.
import { lineChart } from '../../charts.ts';
import { h, panel, stat } from '../../kit.ts';
import type { Device } from '../../types.ts';
import type { ModelFacts, News, TextFacts } from './messages.ts';
import { bytesInWords, grouped, perplexity, short } from './words.ts';

type LossEvent = Extract<News, { type: 'loss' }>;

interface Point {
  readonly step: number;
  readonly loss: number | null;
  readonly validation: number | null;
}

export interface ProgressPanel {
  readonly numbers: HTMLElement;
  readonly curves: HTMLElement;
  loss(event: LossEvent): void;
  validation(step: number, loss: number): void;
  /** The model rests at this step. */
  rests(step: number): void;
  memory(bytes: number): void;
  /** Says whose memory it is. */
  on(device: Device): void;
  text(facts: TextFacts): void;
  model(facts: ModelFacts): void;
  /** Takes back what lies after this step. */
  rewind(step: number): void;
  clear(): void;
  /** The last losses in words, such as for the note of a saved model. */
  summary(): string;
}

/** Numbers, and charts below them. */
export function progressPanel(): ProgressPanel {
  const stats = {
    loss: stat('Training loss'),
    validation: stat('Validation loss'),
    perplexity: stat('Perplexity'),
    speed: stat('Tokens a second'),
    step: stat('ms per step'),
    memory: stat('GPU memory'),
    steps: stat('Steps'),
    epochs: stat('Passes'),
  };
  const about = h('p', { class: 'hint' });
  const numbers = h(
    'div',
    { class: 'stack' },
    h(
      'div',
      { class: 'stats write-stats' },
      Object.values(stats).map((s) => s.element),
    ),
    about,
  );
  const place = h('div', { class: 'halves' });
  const left = h('div', null);
  const right = h('div', null);
  place.append(left, right);
  const series = [
    { label: 'Training', color: '--accent' },
    { label: 'Validation', color: '--accent-2', width: 2.5 },
  ];
  const losses = lineChart(left, { title: 'Loss, nats a character', x: 'Step', y: 'Loss', series });
  const perplexities = lineChart(right, {
    title: 'Perplexity',
    x: 'Step',
    y: 'Perplexity',
    series,
    log: true,
  });
  let shown = { loss: Number.NaN, validation: Number.NaN };
  let smooth = Number.NaN;
  const facts: { text?: TextFacts; model?: ModelFacts } = {};

  const describe = (): void => {
    const { text, model } = facts;
    about.textContent = [
      model && `${short(model.weights)} weights`,
      text &&
        `${text.name}: ${grouped(text.characters)} characters, ${text.distinct} different ones, ${heldBack(text)}`,
      text && `${text.batch} places read side by side`,
    ]
      .filter(Boolean)
      .join(' · ');
  };
  const raised = (value: number | null): number | null =>
    value === null ? null : Math.exp(Math.min(value, 20));
  /** Everything that was told, so that a run that goes back to its last weights can take it back. */
  let history: Point[] = [];
  const push = (at: number, loss: number | null, validation: number | null): void => {
    // A measurement may arrive after the loss of a later step.
    const step = Math.max(at, history.at(-1)?.step ?? 0);
    history.push({ step, loss, validation });
    losses.push(step, [loss, validation]);
    perplexities.push(step, [raised(loss), raised(validation)]);
    stats.perplexity.set(perplexity(Number.isFinite(shown.validation) ? shown.validation : shown.loss));
  };
  return {
    numbers,
    curves: panel(
      'How it learns',
      place,
      h(
        'p',
        { class: 'hint' },
        'The loss is the mean of −ln p, where p is the probability that it gave to the character that came. Perplexity is e to that power: as if it wavered between so many characters. The figure above is of the text kept back.',
      ),
    ),
    loss({ step, epoch, loss, tokensPerSecond, stepMs }) {
      shown.loss = loss;
      if (Number.isFinite(stepMs)) {
        smooth = Number.isNaN(smooth) ? stepMs : 0.8 * smooth + 0.2 * stepMs;
        stats.speed.set(short((tokensPerSecond * stepMs) / smooth));
        stats.step.set(smooth < 10 ? smooth.toFixed(1) : grouped(smooth));
      }
      stats.loss.set(loss.toFixed(3));
      stats.steps.set(grouped(step));
      stats.epochs.set(epoch < 10 ? epoch.toFixed(2) : epoch.toFixed(1));
      push(step, loss, null);
    },
    validation(step, loss) {
      shown.validation = loss;
      stats.validation.set(loss.toFixed(3));
      push(step, null, loss);
    },
    rests: (step) => stats.steps.set(grouped(step)),
    memory: (bytes) => stats.memory.set(bytesInWords(bytes)),
    on(device) {
      const name = device === 'cpu' ? 'Memory' : 'GPU memory';
      stats.memory.element.querySelector('dt')!.textContent = name;
    },
    text(text) {
      facts.text = text;
      describe();
    },
    model(model) {
      facts.model = model;
      describe();
    },
    rewind(step) {
      if ((history.at(-1)?.step ?? 0) <= step) return;
      history = history.filter((point) => point.step <= step);
      const steps = history.map((point) => point.step);
      const columns = [history.map((point) => point.loss), history.map((point) => point.validation)];
      losses.set([steps, ...columns]);
      perplexities.set([steps, ...columns.map((column) => column.map(raised))]);
    },
    clear() {
      history = [];
      shown = { loss: Number.NaN, validation: Number.NaN };
      smooth = Number.NaN;
      delete facts.text;
      delete facts.model;
      about.textContent = '';
      for (const s of Object.values(stats)) s.set('–');
      losses.clear();
      perplexities.clear();
    },
    summary: () => (Number.isFinite(shown.loss) ? `loss ${shown.loss.toFixed(2)}` : ''),
  };
}

/** What of the text is not learned, and how much of that is measured. */
function heldBack({ validation, measured }: TextFacts): string {
  const part = measured < validation ? `, ${grouped(measured)} of them measured` : '';
  return `${grouped(validation)} kept back for validation${part}`;
}
