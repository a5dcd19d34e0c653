// The works of the benchmark that a visitor can choose, in words.
import { works } from '../../../../bench/src/works.ts';

const labels: Record<string, string> = {
  S: 'Small: 64 units',
  M: 'Medium: 128 units',
  textbook: 'Textbook: 100 units, 10,000 words',
  large: 'Large: 1024 units',
};

/** Names in bench/src/works.ts and what the list says. */
export const sizes = Object.entries(labels).map(([name, label]) => ({ name, label }));

/** The sizes of a work in a sentence. */
export function sizeText(name: string): string {
  const work = works.find((one) => one.name === name) ?? works[0];
  const { N, T, H, V, optimizer } = work;
  const classes = V.toLocaleString('en');
  return `${N} sequences of ${T} steps, ${H} units, ${classes} classes, ${optimizer === 'adam' ? 'Adam' : 'SGD'}.`;
}
