// Draws a plot as SVG without a page, through ECharts, which is loaded only when a report is written.
import type { Plot } from './style.ts';

/** What of ECharts is used here. */
interface Charts {
  init(
    element: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number },
  ): { setOption(option: object): void; renderToSVGString(): string; dispose(): void };
}

/** Turns plots into the text of SVG files. */
export type Draw = (plot: Plot) => string;

/**
 * Loads the chart library.
 * @throws Error that says how to install it where bench/node_modules lacks it.
 */
export async function loadCharts(): Promise<Draw> {
  let charts: Charts;
  try {
    charts = (await import('echarts')) as Charts;
  } catch (error) {
    throw new Error(
      'they need the packages of the benchmark; install them with `npm --prefix bench ci`' +
        ` (${(error as Error).message.split('\n')[0]})`,
    );
  }
  return ({ width, height, option, alt }) => {
    const chart = charts.init(null, null, { renderer: 'svg', ssr: true, width, height });
    try {
      chart.setOption(option);
      return described(chart.renderToSVGString(), alt);
    } finally {
      chart.dispose();
    }
  };
}

/** The SVG with a title for readers of screens. */
function described(svg: string, alt: string): string {
  const safe = alt.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return svg.replace(/^(<svg[^>]*)>/, `$1 role="img"><title>${safe}</title>`);
}
