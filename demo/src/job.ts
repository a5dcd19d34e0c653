// The page's side of a job in a worker.
import type { OpenJob } from './types.ts';

export declare const openJob: OpenJob;
