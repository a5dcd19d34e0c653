// What starts, pauses and ends a run, and how it stands.
import { button, h, panel } from '../../kit.ts';
import type { Phase } from './messages.ts';
import { grouped } from './words.ts';

/** lost: the device is gone and waits for a restart. */
export type RunPhase = Phase | 'lost';

export interface RunState {
  readonly phase: RunPhase;
  /** The network in words. */
  readonly model: string;
  readonly step: number;
  /** Whether there is a run at all. */
  readonly begun: boolean;
  /** Whether the settings are no longer those of the model. */
  readonly stale: boolean;
}

export interface RunPanel {
  readonly element: HTMLElement;
  render(state: RunState): void;
  /** What it is doing right now. */
  doing(text: string): void;
}

export interface RunPanelOptions {
  /** Train, pause, or go on. */
  onPress(): void;
  onReset(): void;
  onAnew(): void;
  /** The visitor wants to see the units of the model. */
  onLook(): void;
  numbers: HTMLElement;
}

const labels: Readonly<Record<RunPhase, string>> = {
  empty: 'Train',
  preparing: 'Preparing …',
  training: 'Pause',
  ready: 'Go on',
  lost: 'Train',
};

/** The panel on top. */
export function runPanel({ onPress, onReset, onAnew, onLook, numbers }: RunPanelOptions): RunPanel {
  const primary = button(labels.empty, onPress, { kind: 'primary' });
  const reset = button('Reset', onReset, { disabled: true });
  const look = button('Look inside', onLook, {
    disabled: true,
    hint: 'Shows what each unit of this model does, in the tab Remember',
  });
  const status = h('p', { class: 'write-status' });
  const stale = h(
    'div',
    { class: 'row', hidden: true },
    h('p', { class: 'hint' }, 'Changed settings take effect with a new model.'),
    button('Start anew with them', onAnew),
  );
  return {
    element: panel('The run', h('div', { class: 'row' }, primary, reset, look, status), stale, numbers),
    render({ phase, model, step, begun, stale: differs }) {
      primary.textContent = labels[phase];
      primary.disabled = phase === 'preparing' || phase === 'lost';
      reset.disabled = phase === 'empty' || phase === 'lost' || phase === 'preparing';
      look.disabled = phase !== 'training' && phase !== 'ready';
      stale.hidden = !differs || phase === 'lost' || phase === 'preparing';
      const words: Readonly<Record<RunPhase, string>> = {
        empty: `${model}, ready to begin`,
        preparing: `${model} is made`,
        training: `${model} is learning`,
        ready: `${model} rests at step ${grouped(step)} and goes on writing`,
        lost: begun
          ? 'The device is gone. After a restart the run goes on from the last weights.'
          : 'There is no device to compute on yet.',
      };
      status.textContent = words[phase];
    },
    doing(text) {
      status.textContent = `${text} …`;
    },
  };
}
