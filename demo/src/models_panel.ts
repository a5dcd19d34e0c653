// A panel to save, download, open and remove models; the same in every tab.
import type { ModelsPanelOptions } from './types.ts';

export declare function modelsPanel(options: ModelsPanelOptions): { element: HTMLElement; refresh(): void };
