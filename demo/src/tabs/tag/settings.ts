// Settings of a run that both lessons have.
import { select } from '../../kit.ts';

const rates = [0.03, 0.02, 0.01, 0.005, 0.002, 0.001];

/** A choice of the first learning rate. */
export function rateField(value: number, changed: () => void) {
  const control = select({
    label: 'Learning rate at first',
    value: String(value),
    options: rates.map((rate) => ({ value: String(rate), label: String(rate) })),
    onChange: changed,
  });
  return {
    element: control.element,
    get value() {
      return Number(control.value);
    },
    /** Takes the nearest of the choices. */
    set(wanted: number) {
      const distance = (rate: number) => Math.abs(Math.log(rate / wanted));
      control.set(String(rates.reduce((best, rate) => (distance(rate) < distance(best) ? rate : best))));
    },
  };
}

/** A number out of a link, brought into its range; `otherwise` where there is none. */
export function within(given: unknown, otherwise: number, least: number, most: number): number {
  const value = Number(given);
  if (given === undefined || typeof given === 'boolean' || !Number.isFinite(value)) return otherwise;
  return Math.min(most, Math.max(least, value));
}
