// What the page says of the series that can be forecast without a file.

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
