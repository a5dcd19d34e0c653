// A clock that stands still while the machine sleeps or the browser holds the page, so that speeds do not count that time.

/** Milliseconds between two beats. */
const beat = 1000;

export interface AwakeClock {
  /** Milliseconds for which it was awake. */
  time(): number;
  /** Looks whether time was slept through; whoever waits for what may have been, calls it first. */
  look(): void;
  /** Ends the beats. */
  end(): void;
}

export interface AwakeClockOptions {
  /** Milliseconds: a beat that comes later was slept through, since no work keeps a worker so long from its timers. */
  longest: number;
  /** Called after each sleep, with its milliseconds by the calendar. */
  onWake?: (milliseconds: number) => void;
  /** A clock that may or may not go on during a sleep, as browsers differ. */
  now?: () => number;
  /** The calendar, which always goes on. */
  date?: () => number;
}

export function awakeClock({
  longest,
  onWake,
  now = () => performance.now(),
  date = () => Date.now(),
}: AwakeClockOptions): AwakeClock {
  let seen = { now: now(), date: date() };
  let slept = 0;
  const look = (): void => {
    const last = seen;
    seen = { now: now(), date: date() };
    if (seen.now - last.now > longest) slept += seen.now - last.now - beat;
    if (seen.date - last.date > longest) onWake?.(seen.date - last.date);
  };
  const timer = setInterval(look, beat);
  return {
    look,
    time() {
      look();
      return seen.now - slept;
    },
    end: () => clearInterval(timer),
  };
}
