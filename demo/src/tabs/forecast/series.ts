// The series that can be forecast without a file, each with something that can be known ahead and something that cannot.
import { random } from 'webgpu-rnn';

export type SeriesName = 'sine' | 'season' | 'walk';

export const seriesNames: Readonly<Record<SeriesName, string>> = {
  sine: 'Sine with noise',
  season: 'Trend and season',
  walk: 'Random walk',
};

/** What there is to say about a series before anything is forecast. */
export const seriesNotes: Readonly<Record<SeriesName, string>> = {
  sine: 'A wave of 25 steps with noise of 0.15. The noise is what no forecast can know.',
  season: 'It grows, and repeats every 12 steps, more strongly as it grows, as sales or passengers do.',
  walk: 'Each value is the one before and a random step: nothing beats repeating the last value, and an honest chart says so.',
};

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
