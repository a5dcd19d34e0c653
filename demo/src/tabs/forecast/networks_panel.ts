// What the networks are and how they are trained, and what starts, pauses and ends that.
import { button, h, numberField, panel, segmented, slider, stat, uniqueId } from '../../kit.ts';
import type { Stat } from '../../types.ts';
import { type Chosen, numbersOf, type PresetName, presetNames } from './settings.ts';

/** done: also with a network out of a file. */
export type Phase = 'new' | 'training' | 'paused' | 'done';

export interface NetworksPanel {
  readonly element: HTMLElement;
  readonly stats: Readonly<Record<'run' | 'epoch' | 'pace', Stat>>;
  /** `lost`: no device hears what is pressed, but a restart is offered. */
  show(chosen: Chosen, phase: Phase, lost?: boolean): void;
}

export interface NetworksPanelOptions {
  onChange(change: Partial<Chosen>): void;
  onPreset(name: PresetName): void;
  /** Train, pause or go on. */
  onPress(): void;
  onStop(): void;
}

export function networksPanel({ onChange, onPreset, onPress, onStop }: NetworksPanelOptions): NetworksPanel {
  const presetId = uniqueId('preset');
  const preset = h(
    'div',
    { class: 'field', role: 'group', 'aria-labelledby': presetId },
    h('span', { id: presetId, class: 'hint' }, 'An example of'),
    h(
      'div',
      { class: 'row' },
      Object.entries(presetNames).map(([name, label]) => button(label, () => onPreset(name as PresetName))),
    ),
  );
  const numbers = numbersOf((name, value) => onChange({ [name]: value }), { slider, numberField });
  const relative = segmented<'values' | 'changes'>({
    label: 'The network forecasts',
    value: 'values',
    options: [
      { value: 'values', label: 'The value' },
      { value: 'changes', label: 'The change' },
    ],
    onChange: (value) => onChange({ relative: value === 'changes' }),
  });
  const begin = button('Train', onPress, { kind: 'primary' });
  const stop = button('Stop', onStop);
  const stats = { run: stat('run'), epoch: stat('epoch'), pace: stat('ms per epoch') };
  const { window, horizon, runs, ...fields } = numbers;
  const order = ['units', 'epochs', 'learningRate', 'patience', 'length', 'seed'] as const;
  return {
    stats,
    element: panel(
      'The networks',
      preset,
      relative.element,
      window.element,
      horizon.element,
      runs.element,
      h(
        'div',
        { class: 'fields' },
        order.map((name) => fields[name].element),
      ),
      h('div', { class: 'row' }, begin, stop),
      h('div', { class: 'stats' }, stats.run.element, stats.epoch.element, stats.pace.element),
    ),
    show(chosen, phase, lost = false) {
      for (const [name, control] of Object.entries(numbers))
        control.set(chosen[name as keyof typeof numbers]);
      relative.set(chosen.relative ? 'changes' : 'values');
      numbers.length.enable(chosen.series !== 'file');
      const goesOn = lost ? 'Go on' : 'Pause';
      begin.textContent = { new: 'Train', training: goesOn, paused: 'Go on', done: 'Train anew' }[phase];
      stop.disabled = lost || (phase !== 'training' && phase !== 'paused');
    },
  };
}
