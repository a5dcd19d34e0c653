// A sine with noise: the next value is forecast, from 25 before it.
import { type Backend, random } from 'webgpu-rnn';
import { type Forecast, forecast } from './data/forecaster.ts';

const noise = 0.1;

export interface Result extends Forecast {
  /** The deviation of the noise, below which no forecast can come. */
  noise: number;
}

export async function main({ backend }: { backend?: Backend } = {}): Promise<Result> {
  const { normal } = random(1, 'noisy sine');
  const rows = Array.from({ length: 1000 }, (_, t) => [Math.sin((2 * Math.PI * t) / 25) + noise * normal()]);
  return { ...(await forecast({ rows, window: 25, test: 200, epochs: 12 }, backend)), noise };
}
