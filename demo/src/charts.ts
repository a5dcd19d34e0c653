// Line charts that follow the theme and the width of their place.
import type { Chart, ChartOptions } from './types.ts';

export declare function lineChart(host: HTMLElement, options: ChartOptions): Chart;
