// Models kept in the browser, and downloads.
import type { ModelMeta, SavedModel } from './types.ts';

export declare function saveModel(name: string, bytes: Uint8Array, meta: ModelMeta): Promise<void>;
export declare function listModels(tab?: string): Promise<SavedModel[]>;
export declare function openModel(name: string): Promise<{ bytes: Uint8Array; meta: SavedModel }>;
export declare function removeModel(name: string): Promise<void>;
export declare function download(name: string, bytes: Uint8Array | string, type?: string): void;
