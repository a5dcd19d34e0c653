// Colour scales of heat maps, even to the eye: straight lines in OKLab between a few colours.

type Lab = readonly [number, number, number];

const steps = 256;

/** Lightness, chroma and hue as OKLab. */
function lab(lightness: number, chroma: number, hue: number): Lab {
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

const light = {
  neutral: lab(0.965, 0.004, 85),
  negative: [lab(0.72, 0.1, 235), lab(0.4, 0.12, 258)],
  positive: [lab(0.76, 0.13, 62), lab(0.47, 0.14, 38)],
};
const dark = {
  neutral: lab(0.27, 0.004, 85),
  negative: [lab(0.5, 0.12, 250), lab(0.83, 0.09, 225)],
  positive: [lab(0.54, 0.14, 40), lab(0.86, 0.12, 72)],
};

export interface Scale {
  /** The colour of a value from -1 (or 0 where the scale does not diverge) to 1, as bytes r,g,b. */
  at(value: number): readonly [number, number, number];
}

/** A scale for the theme; cheap to ask, as its colours are computed once. */
export function scaleOf(isDark: boolean, diverging: boolean): Scale {
  const { neutral, negative, positive } = isDark ? dark : light;
  const up = table([neutral, ...positive]);
  const down = diverging ? table([neutral, ...negative]) : up;
  return {
    at(value) {
      const side = value < 0 ? down : up;
      return side[Math.min(steps - 1, Math.round(Math.min(1, Math.abs(value)) * (steps - 1)))];
    },
  };
}

function table(colors: readonly Lab[]): readonly (readonly [number, number, number])[] {
  return Array.from({ length: steps }, (_, i) => {
    const place = (i / (steps - 1)) * (colors.length - 1);
    const from = Math.min(colors.length - 2, Math.floor(place));
    const part = place - from;
    const mix = colors[from].map((v, k) => v + part * (colors[from + 1][k] - v));
    return rgb(mix as unknown as Lab);
  });
}

/** OKLab to sRGB (Ottosson 2020). */
function rgb([L, a, b]: Lab): readonly [number, number, number] {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    byte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function byte(linear: number): number {
  const v = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
}
