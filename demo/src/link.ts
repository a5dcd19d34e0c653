// The settings of a run in the address: `#write?units=64&layers=2`.
import type { Settings } from './types.ts';

export declare function readLink(hash?: string): { tab: string | undefined; settings: Settings };
export declare function writeLink(tab: string, settings: Settings): void;
