// Says what is measured before a training begins: a line that is written over on a terminal, else one line for each plan.
import type { TuningOptions } from '../backends/tuning.ts';
import type { Reporter } from './progress.ts';

/** The `onTune` of a backend. */
export function tuningProgress({ say }: Pick<Reporter, 'say'>): NonNullable<TuningOptions['onTune']> {
  return (done, total, key) => {
    if (process.stderr.isTTY) {
      const line = done < total ? `measuring kernels ${done + 1}/${total}: ${key}` : '';
      process.stderr.write(`\r${line.slice(0, (process.stderr.columns ?? 80) - 1)}\x1b[K`);
    } else if (done === 0) {
      say(
        `measuring kernels for ${total} ${total === 1 ? 'operation' : 'operations'}, once for this adapter`,
      );
    }
  };
}
