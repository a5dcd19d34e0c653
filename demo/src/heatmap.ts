// Heat maps on canvas, scrubbed by pointer or keyboard.
import type { Heatmap, HeatmapOptions } from './types.ts';

export declare function heatmap(host: HTMLElement, options: HeatmapOptions): Heatmap;
