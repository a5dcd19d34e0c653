// What the page and the worker of a job send each other.
import type { AdapterInfo, Device } from './types.ts';

export type ToWorker =
  | { kind: 'open'; name: string; seed: number; device: Device; snapshot: Uint8Array | undefined }
  | { kind: 'command'; command: unknown }
  /** For tests: loses the device as a driver would. */
  | { kind: 'lose' };

export type FromWorker =
  | { kind: 'ready'; adapter: AdapterInfo }
  | { kind: 'event'; event: unknown }
  | { kind: 'snapshot'; bytes: Uint8Array }
  | { kind: 'none'; message: string }
  | { kind: 'lost'; reason: string }
  | { kind: 'error'; message: string; name: string };
