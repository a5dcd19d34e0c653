// Goes through a sequence step by step: by itself, or by the visitor's hand.
import { button, h, slider } from '../../kit.ts';

export interface Player {
  readonly element: HTMLElement;
  /** Whether the sequence runs by itself. */
  readonly running: boolean;
  /** The sequence has so many steps now; `words` tells a step's symbol. */
  setLength(length: number, words: (step: number) => string): void;
  /** Shows where the sequence stands, from 0. */
  set(step: number): void;
  rest(): void;
}

const stepTime = 160; // ms a symbol while the sequence runs

export function player(options: {
  reducedMotion: boolean;
  /** The visitor has gone to a step. */
  onStep(step: number): void;
  /** The sequence has come to a step by itself. */
  onRun(step: number): void;
}): Player {
  let length = 1;
  let step = 0;
  let words = (_: number) => '';
  let timer: ReturnType<typeof setInterval> | undefined;
  const play = button('Run from the start', () => (timer === undefined ? run() : rest()), { kind: 'plain' });
  const make = () =>
    slider({
      ...{ label: 'Step', min: 1, max: Math.max(1, length), step: 1, value: Math.min(step + 1, length) },
      format: (value) => `${value} of ${length}${words(value - 1)}`,
      onInput: (value) => options.onStep(value - 1),
    });
  let at = make();
  const place = h('div', null, at.element);

  function run(): void {
    // Who wants little motion sees the end at once, and steps by hand.
    if (options.reducedMotion) {
      options.onRun(length - 1);
      return;
    }
    play.textContent = 'Stop';
    timer = setInterval(() => {
      if (step + 1 >= length) rest();
      else options.onRun(step + 1);
    }, stepTime);
    options.onRun(0);
  }

  function rest(): void {
    clearInterval(timer);
    timer = undefined;
    play.textContent = 'Run from the start';
  }

  return {
    element: h('div', { class: 'player' }, play, place),
    get running() {
      return timer !== undefined;
    },
    setLength(to, tell) {
      words = tell;
      if (to === length) return;
      length = to;
      at = make();
      place.replaceChildren(at.element);
    },
    set(to) {
      step = to;
      at.set(step + 1);
    },
    rest,
  };
}
