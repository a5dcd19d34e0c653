// The page's side of the adder: a sum, its answer digit by digit, and where each digit looked.
import { heatmap } from '../../heatmap.ts';
import { h, panel, segmented, slider, uniqueId } from '../../kit.ts';
import type { Heatmap, Settings, TabContext } from '../../types.ts';
import { lessonView, percent } from './lesson_view.ts';
import type { Answer, LessonOptions, SumRow } from './protocol.ts';
import type { TaskView } from './segment_view.ts';
import { rateField, within } from './settings.ts';
import { readSum } from './sums.ts';

const defaults = { digits: '2', units: 64, rate: 0.01 } as const;
const firsts: Record<string, string> = { '1': '7+5', '2': '57+5', '3': '257+65' };
/** Milliseconds between two digits of an answer that was asked for. */
const DIGIT = 260;

export function adderView(context: TabContext): TaskView {
  const changed = (): void => {
    context.changed();
    view.renew();
  };
  const digits = segmented({
    label: 'Digits of each number',
    value: defaults.digits as string,
    options: ['1', '2', '3'].map((value) => ({ value, label: value })),
    onChange: () => {
      typed.value = firsts[digits.value];
      changed();
    },
  });
  const units = slider({
    ...{ label: 'LSTM units', min: 8, max: 128, step: 8, value: defaults.units },
    onInput: changed,
  });
  const rate = rateField(defaults.rate, changed);

  const typedId = uniqueId('sum');
  const problemId = uniqueId('problem');
  const typed = h('input', {
    ...{
      type: 'text',
      id: typedId,
      class: 'tag-sum',
      maxlength: '12',
      autocomplete: 'off',
      inputmode: 'text',
    },
    'aria-describedby': problemId,
  });
  typed.value = firsts[defaults.digits];
  const problem = h('p', { class: 'hint', id: problemId });
  const answerLine = h('output', { class: 'tag-answer', for: typedId });
  const verdict = h('p', { class: 'tag-found' }, 'Train the network, and it answers here.');
  const mapHost = h('div', { class: 'tag-map' });
  let map: Heatmap | undefined;
  let fresh = true;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const valid = (): string | undefined => {
    try {
      const sum = readSum(typed.value, Number(digits.value));
      problem.textContent = '';
      typed.removeAttribute('aria-invalid');
      return sum;
    } catch (error) {
      problem.textContent = (error as Error).message;
      typed.setAttribute('aria-invalid', 'true');
      return undefined;
    }
  };
  typed.addEventListener('input', () => {
    const sum = valid();
    if (sum === undefined) return;
    fresh = true;
    view.ask(sum);
  });

  /** Shows the first `count` letters of an answer. */
  const write = (answer: Extract<Answer, { kind: 'add' }>, count: number): void => {
    const said = answer.letters.slice(0, count);
    answerLine.replaceChildren(
      h('span', { class: 'tag-asked' }, `${answer.text} = `),
      ...said.map((letter, i) =>
        h(
          'span',
          {
            class: 'tag-digit',
            style: `--sure: ${Math.round(100 * answer.probabilities[i])}%`,
            title: `${letter === ' ' ? 'the end' : letter}, ${percent(answer.probabilities[i])} sure`,
          },
          letter === ' ' ? '\u00a0' : letter,
        ),
      ),
    );
    map?.mark(count < answer.letters.length ? count - 1 : undefined);
  };
  const show = (answer: Extract<Answer, { kind: 'add' }>): void => {
    clearTimeout(timer);
    const rows = answer.letters.length;
    map ??= heatmap(mapHost, {
      label: 'Where each letter written (rows) looked',
      range: 1,
      rowHeight: [26, 40],
    });
    map.setLabels({
      rows: answer.letters.map((letter) => (letter === ' ' ? 'end' : letter)),
      columns: [...answer.text],
    });
    map.set(answer.weights, rows, answer.text.length);
    const [a, b] = answer.text.split('+').map(Number);
    const said = answer.letters.join('').trimEnd();
    verdict.textContent = said === `${a + b}` ? 'That is right.' : `Not yet: it is ${a + b}.`;
    verdict.dataset.right = String(said === `${a + b}`);
    const next = (count: number): void => {
      write(answer, count);
      if (count < rows) timer = setTimeout(() => next(count + 1), DIGIT);
    };
    next(fresh && !context.reducedMotion ? 1 : rows);
    fresh = false;
  };

  const rows = h(
    'ol',
    { class: 'tag-sums' },
    h('li', { class: 'hint' }, 'They appear with the first measurement.'),
  );
  const lesson = (): LessonOptions => ({
    kind: 'add',
    units: units.value,
    rate: rate.value,
    digits: Number(digits.value),
  });
  const settings = (): Settings => ({
    ...(digits.value !== defaults.digits && { digits: Number(digits.value) }),
    ...(units.value !== defaults.units && { units: units.value }),
    ...(rate.value !== defaults.rate && { rate: rate.value }),
  });

  const view = lessonView({
    name: 'sums',
    controls: [digits, units, rate],
    trial: panel(
      'Ask for a sum',
      h(
        'div',
        { class: 'tag-asking' },
        h(
          'div',
          { class: 'stack' },
          h(
            'div',
            { class: 'field' },
            h('label', { for: typedId }, 'A sum that it may never have seen'),
            typed,
            problem,
          ),
          answerLine,
          verdict,
        ),
        mapHost,
      ),
    ),
    examples: panel('Held-out sums, answered now', rows),
    score: 'held-out sums right',
    unit: 'sums',
    lossUnit: 'nats of a letter',
    lesson,
    settings,
    question: () => valid() ?? '',
    onBegun(event) {
      units.set(event.units);
      if (event.digits !== undefined && String(event.digits) !== digits.value) {
        digits.set(String(event.digits));
        typed.value = firsts[digits.value];
        view.ask(typed.value);
      }
    },
    onMeasured: (event) => rows.replaceChildren(...(event.rows as SumRow[]).map(sumOf)),
    onAnswer({ answer }) {
      // What was typed meanwhile is answered next.
      if (answer.kind === 'add' && answer.text === valid()) show(answer);
    },
  });

  return {
    view,
    settings,
    apply(given) {
      const wanted = String(within(given.digits, Number(defaults.digits), 1, 3));
      if (wanted !== digits.value && wanted in firsts) {
        digits.set(wanted);
        typed.value = firsts[wanted];
      }
      units.set(within(given.units, defaults.units, 8, 128));
      rate.set(within(given.rate, defaults.rate, 0.0001, 0.1));
      view.renew();
    },
  };
}

function sumOf({ text, said, wanted }: SumRow): HTMLElement {
  const right = said === wanted;
  return h(
    'li',
    { class: right ? 'tag-right' : null },
    `${text} = `,
    right ? said : [h('del', null, said === '' ? 'nothing' : said), ' ', h('ins', null, wanted)],
  );
}
