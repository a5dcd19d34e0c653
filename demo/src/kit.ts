// The pieces that every tab is made of: elements, panels and controls, all with labels and usable by keyboard.
import { h, uniqueId } from './element.ts';
import { announce } from './messages.ts';
import type {
  ButtonOptions,
  Child,
  ChoiceOptions,
  Control,
  NumberFieldOptions,
  SliderOptions,
  Stat,
} from './types.ts';

export { dropZone } from './drop_zone.ts';
export { h, uniqueId } from './element.ts';
export { announce, say } from './messages.ts';

/** A titled part of a tab. */
export function panel(title: string, ...children: Child[]): HTMLElement {
  const id = uniqueId('panel');
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': id },
    h('h3', { id }, title),
    h('div', { class: 'panel-body' }, children),
  );
}

/** A button with `label`: the element itself, so that `disabled` and `textContent` are at hand. */
export function button(label: string, onClick: () => void, options: ButtonOptions = {}): HTMLButtonElement {
  const { kind = 'plain', hint, disabled = false } = options;
  return h(
    'button',
    { type: 'button', class: `button ${kind}`, title: hint, disabled, onclick: () => onClick() },
    label,
  );
}

/** A slider that shows its value. */
export function slider(options: SliderOptions): Control<number> {
  const { label, min, max, step, format = String, onInput, hint } = options;
  const id = uniqueId('slider');
  const output = h('output', { for: id });
  const input = h('input', { type: 'range', id, min: String(min), max: String(max), step: String(step) });
  const show = (value: number): void => {
    input.value = String(value);
    const number = Number(input.value);
    output.textContent = format(number);
    input.setAttribute('aria-valuetext', format(number));
    input.style.setProperty('--filled', `${(100 * (number - min)) / (max - min || 1)}%`);
  };
  input.addEventListener('input', () => {
    show(Number(input.value));
    onInput(Number(input.value));
  });
  show(options.value);
  const element = h(
    'div',
    { class: 'field slider' },
    h('div', { class: 'field-line' }, h('label', { for: id }, label), output),
    input,
    hinted(input, hint),
  );
  return {
    element,
    get value() {
      return Number(input.value);
    },
    set: show,
    enable: (enabled) => {
      input.disabled = !enabled;
    },
  };
}

/** A field for a number; what is out of range is brought into it, which is said, what is no number is taken back. */
export function numberField(options: NumberFieldOptions): Control<number> {
  const { label, min, max, step = 1, onChange, hint } = options;
  const id = uniqueId('number');
  const input = h('input', {
    type: 'number',
    id,
    min: String(min),
    max: String(max),
    step: String(step),
    title: `${grouped(min)} to ${grouped(max)}`,
    inputmode: Number.isInteger(step) ? 'numeric' : 'decimal',
  });
  const bound = h('p', { class: 'hint', hidden: true });
  const tell = (words: string): void => {
    bound.textContent = words;
    bound.hidden = words === '';
    if (words !== '') announce(`${label}: ${words}`);
  };
  let value = options.value;
  const set = (next: number): void => {
    if (next !== value) tell('');
    value = next;
    input.value = String(next);
  };
  input.addEventListener('change', () => {
    const typed = input.valueAsNumber;
    if (Number.isNaN(typed)) return set(value);
    const inside = Math.min(max, Math.max(min, Number.isInteger(step) ? Math.round(typed) : typed));
    set(inside);
    onChange(inside);
    tell(typed > max ? `At most ${grouped(max)}.` : typed < min ? `At least ${grouped(min)}.` : '');
  });
  set(value);
  return {
    element: h('div', { class: 'field' }, h('label', { for: id }, label), input, bound, hinted(input, hint)),
    get value() {
      return value;
    },
    set,
    enable: (enabled) => {
      input.disabled = !enabled;
    },
  };
}

/** A list of which one is chosen. */
export function select<T extends string>(options: ChoiceOptions<T>): Control<T> {
  const { label, options: choices, value, onChange, hint } = options;
  const id = uniqueId('select');
  const input = h(
    'select',
    { id },
    choices.map((choice) => h('option', { value: choice.value }, choice.label)),
  );
  input.value = value;
  input.addEventListener('change', () => onChange(input.value as T));
  return {
    element: h('div', { class: 'field' }, h('label', { for: id }, label), input, hinted(input, hint)),
    get value() {
      return input.value as T;
    },
    set: (next) => {
      input.value = next;
    },
    enable: (enabled) => {
      input.disabled = !enabled;
    },
  };
}

/** A few choices side by side, of which one is taken: radio buttons that look like one control. */
export function segmented<T extends string>(options: ChoiceOptions<T>): Control<T> {
  const { label, options: choices, onChange, hint } = options;
  const name = uniqueId('segment');
  const inputs = choices.map((choice) =>
    h('input', { type: 'radio', name, id: `${name}-${choice.value}`, value: choice.value }),
  );
  let value = options.value;
  const set = (next: T): void => {
    value = next;
    for (const input of inputs) input.checked = input.value === next;
  };
  for (const input of inputs) {
    input.addEventListener('change', () => {
      set(input.value as T);
      onChange(value);
    });
  }
  set(value);
  const group = h(
    'fieldset',
    { class: 'field segmented' },
    h('legend', null, label),
    h(
      'div',
      { class: 'segments' },
      choices.map((choice, i) => [inputs[i], h('label', { for: inputs[i].id }, choice.label)]),
    ),
  );
  group.append(...[hinted(group, hint)].filter((node) => node !== undefined));
  return {
    element: group,
    get value() {
      return value;
    },
    set,
    enable: (enabled) => {
      group.disabled = !enabled;
    },
  };
}

/** A number with a label under it, such as 'ms per step'. */
export function stat(label: string): Stat {
  const value = h('dd', null, '–');
  return {
    element: h('dl', { class: 'stat' }, h('dt', null, label), value),
    set(text) {
      if (value.textContent !== text) value.textContent = text;
    },
  };
}

function grouped(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 6 });
}

function hinted(control: HTMLElement, hint: string | undefined): HTMLElement | undefined {
  if (hint === undefined) return undefined;
  const id = uniqueId('hint');
  control.setAttribute('aria-describedby', id);
  return h('p', { class: 'hint', id }, hint);
}
