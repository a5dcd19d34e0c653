// What starts, pauses and ends a run, and how it stands.
import { button, h, panel } from '../../kit.ts';
import type { ButtonOptions } from '../../types.ts';
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
  const [primary, setPrimary] = lasting(labels.empty, onPress, 'primary');
  const [reset, setReset] = lasting('Reset', onReset, 'plain');
  const look = button('Look inside', onLook, {
    disabled: true,
    hint: 'Shows what each unit of this model does, in the tab Remember',
  });
  const status = h('p', { class: 'write-status' });
  const stale = h(
    'div',
    { class: 'row', hidden: true },
    h('p', { class: 'hint' }, 'Changed settings take effect with a new model.'),
    button('Start anew with them', () => {
      // This button goes.
      primary.focus();
      onAnew();
    }),
  );
  return {
    element: panel(
      'The run',
      h('div', { class: 'row write-run' }, primary, reset, look, status),
      stale,
      numbers,
    ),
    render({ phase, model, step, begun, stale: differs }) {
      primary.textContent = labels[phase];
      setPrimary(phase !== 'preparing' && phase !== 'lost');
      setReset(phase === 'training' || phase === 'ready');
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

/** A button that keeps the focus while it does nothing, and a way to say whether it does; at first it does not. */
function lasting(
  label: string,
  onPress: () => void,
  kind: ButtonOptions['kind'] & string,
): [HTMLButtonElement, (enabled: boolean) => void] {
  let able = false;
  const element = button(label, () => able && onPress(), { kind });
  const enable = (enabled: boolean): void => {
    able = enabled;
    element.setAttribute('aria-disabled', String(!enabled));
  };
  enable(false);
  return [element, enable];
}
