// What the page and the worker of a job send each other.
import type { Loss } from './troubles.ts';
import type { AdapterInfo, Device } from './types.ts';

export type ToWorker =
  | {
      kind: 'open';
      name: string;
      seed: number;
      device: Device;
      snapshot: Uint8Array | undefined;
      /** The name of the lock that the worker holds as long as it lives. */
      life: string;
    }
  | { kind: 'command'; command: unknown }
  /** Long work rests while this holds. */
  | { kind: 'hold'; held: boolean }
  /** For tests: loses the device as a driver would. */
  | { kind: 'lose' };

export type FromWorker =
  /** The worker holds its lock. */
  | { kind: 'alive' }
  | { kind: 'ready'; adapter: AdapterInfo }
  | { kind: 'event'; event: unknown }
  | { kind: 'snapshot'; bytes: Uint8Array }
  | { kind: 'none'; message: string }
  | ({ kind: 'lost' } & Loss)
  /** There is work that comes to rest because it is held. */
  | { kind: 'rests' }
  /** The machine slept for so long while the job was at work, which goes on. */
  | { kind: 'woke'; milliseconds: number }
  | { kind: 'error'; message: string; name: string };
