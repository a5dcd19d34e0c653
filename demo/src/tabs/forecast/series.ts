// The series that can be forecast without a file, each with something that can be known ahead and something that cannot.
import { random } from 'webgpu-rnn';
import type { SeriesName } from './series_names.ts';

/** So many values of a series, always the same ones. */
export function series(name: SeriesName, length: number): Float64Array {
  const { normal } = random(7, name);
  let walked = 20;
  return Float64Array.from({ length }, (_, t) => {
    switch (name) {
      case 'sine':
        return Math.sin((2 * Math.PI * t) / 25) + 0.15 * normal();
      case 'season': {
        const level = 100 + 0.35 * t;
        const year = (2 * Math.PI * t) / 12;
        return level * (1 + 0.16 * Math.sin(year) + 0.06 * Math.cos(2 * year)) + 3 * normal();
      }
      case 'walk':
        walked += normal();
        return walked;
    }
  });
}
