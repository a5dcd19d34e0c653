// Axes of a chart: where the ticks are, and what they say.

export interface Axis {
  readonly ticks: readonly number[];
  /** Where a value lies on the axis, from 0 to 1. */
  at(value: number): number;
  label(tick: number): string;
}

/** Ticks at 1, 2 or 5 times a power of ten, as many as `about`; the axis ends at ticks where `whole`. */
export function linearAxis(low: number, high: number, about: number, whole = true): Axis {
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Ticks between numbers that hardly differ, or hardly from 0, would fall together.
  if (high - low <= Math.max(1e-9 * size, 1e-290)) {
    const half = size > 1e-280 ? size / 2 : 0.5;
    return linearAxis(low - half, high + half, about, whole);
  }
  const span = high - low;
  const step = niceStep(span / about);
  const first = whole ? Math.floor(low / step + 1e-9) : Math.ceil(low / step - 1e-9);
  const last = whole ? Math.ceil((low + span) / step - 1e-9) : Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const [from, to] = whole ? [first * step, last * step] : [low, low + span];
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return {
    ticks,
    at: (value) => (value - from) / (to - from),
    label: (tick) => (digits > 5 || Math.abs(to) >= 1e6 ? exponential(tick) : tick.toFixed(digits)),
  };
}

/** Ticks at powers of ten, with 2 and 5 times these where there is room. */
export function logAxis(low: number, high: number): Axis {
  const margin = 0.04 * (Math.log10(high) - Math.log10(low)) || 0.1;
  const [from, to] = [Math.log10(low) - margin, Math.log10(high) + margin];
  const decades = to - from;
  const factors = decades > 4 ? [1] : decades > 1.2 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
  const ticks: number[] = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power++) {
    for (const factor of factors) {
      const tick = factor * 10 ** power;
      if (Math.log10(tick) >= from && Math.log10(tick) <= to) ticks.push(tick);
    }
  }
  const every = Math.ceil(ticks.length / 9);
  return {
    ticks: ticks.filter((_, i) => i % every === 0),
    at: (value) => (Math.log10(value) - from) / (to - from),
    label: (tick) => (tick < 1e-3 || tick >= 1e5 ? exponential(tick) : String(Number(tick.toPrecision(2)))),
  };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((f) => f * power >= rough * (1 - 1e-9))!;
  return factor * power;
}

function exponential(value: number): string {
  return value === 0 ? '0' : value.toExponential(1).replace('.0e', 'e').replace('e+', 'e');
}
