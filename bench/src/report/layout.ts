// Where things fall in a plot: logarithmic axes with round ticks, and labels that do not cover each other.

export interface LogAxis {
  min: number;
  max: number;
  ticks: number[];
  /** The pixel of a value. */
  at(value: number): number;
}

/**
 * A logarithmic axis around `values` from pixel `from` to pixel `to`.
 *
 * `pad` is the factor left free at each end; `ticks` are shown where given, else round numbers are.
 */
export function logAxis(
  values: readonly number[],
  [from, to]: readonly [number, number],
  { pad = [1.3, 1.3], ticks }: { pad?: readonly [number, number]; ticks?: readonly number[] } = {},
): LogAxis {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const min = (positive.length > 0 ? Math.min(...positive) : 1) / pad[0];
  const max = (positive.length > 0 ? Math.max(...positive) : 1) * pad[1];
  const at = (value: number) => from + ((to - from) * Math.log(value / min)) / Math.log(max / min);
  return { min, max, ticks: thinned(ticks ?? roundTicks(min, max), at), at };
}

/** Powers of ten, with 2 and 5 between them where there are few. */
export function roundTicks(min: number, max: number): number[] {
  const decades = Math.log10(max / min);
  const steps = decades > 3.5 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    for (const step of steps) {
      const tick = Number(`${step}e${power}`);
      if (tick >= min && tick <= max) ticks.push(tick);
    }
  }
  return ticks;
}

/** Ticks at least 24 pixels apart. */
function thinned(ticks: readonly number[], at: (value: number) => number): number[] {
  const kept: number[] = [];
  for (const tick of ticks) {
    if (kept.length === 0 || Math.abs(at(tick) - at(kept[kept.length - 1])) >= 24) kept.push(tick);
  }
  return kept;
}

/**
 * Moves positions on a line apart until neighbours are `distance` apart, as little as that takes.
 * @returns the new positions in the order given, within [low, high] as long as they fit there
 */
export function spreadOut(
  positions: readonly number[],
  distance: number,
  [low, high]: readonly [number, number],
): number[] {
  // Neighbours that collide become one block, which lies around the mean of what its members want.
  interface Block {
    members: number[];
    centre: number;
  }
  const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b]);
  const half = (block: Block) => (block.members.length * distance) / 2;
  const placed = (members: number[]): Block => {
    const mean = members.reduce((sum, i) => sum + positions[i], 0) / members.length;
    const room = (members.length * distance) / 2;
    const edge = distance / 2;
    const centre = Math.max(low - edge + room, Math.min(high + edge - room, mean));
    return { members, centre };
  };
  const blocks: Block[] = [];
  for (const i of order) {
    let block = placed([i]);
    for (
      let above = blocks.at(-1);
      above && above.centre + half(above) > block.centre - half(block);
      above = blocks.at(-1)
    ) {
      blocks.pop();
      block = placed([...above.members, ...block.members]);
    }
    blocks.push(block);
  }
  const result = [...positions];
  for (const block of blocks) {
    block.members.forEach((i, k) => {
      result[i] = block.centre - half(block) + (k + 0.5) * distance;
    });
  }
  return result;
}

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Point {
  x: number;
  y: number;
  radius: number;
  text: string;
}

export interface PlacedLabel {
  /** The left end of the text, and its middle line. */
  x: number;
  y: number;
  /** Where a line to the point is needed: its end at the label. */
  leader?: readonly [number, number];
}

/** Text's width in pixels, rather too wide than too narrow. */
export function textWidth(text: string, size: number): number {
  return text.length * size * 0.62;
}

/** Directions in degrees, and how many pixels farther away a label may lie elsewhere before this one is preferred. */
const directions = [
  [0, 0],
  [180, 4],
  [90, 3],
  [270, 3],
  ...[30, 330, 150, 210, 60, 300, 120, 240].map((degrees) => [degrees, 6]),
].map(([degrees, handicap]) => [(degrees * Math.PI) / 180, handicap]);

/**
 * Gives every point a place for its label, the first points first, that covers no other label, point or obstacle
 * and is not taken for the label of another point.
 *
 * A label that finds none lies right of its point all the same.
 */
export function placeLabels(
  points: readonly Point[],
  bounds: Box,
  size: number,
  obstacles: readonly Box[] = [],
): PlacedLabel[] {
  const dots = points.map(boxAround);
  const taken = [...obstacles, ...dots];
  return points.map((point, index) => {
    const strangers = dots.filter((_, i) => i !== index);
    let best: { box: Box; gap: number; cost: number } | undefined;
    for (const gap of [4, 14, 28, 44, 62, 84, 110]) {
      for (const [angle, handicap] of directions) {
        const box = boxTowards(point, angle, point.radius + gap, textWidth(point.text, size), size * 1.25);
        if (!isWithin(box, bounds) || taken.some((other) => overlap(box, other))) continue;
        const crowding = Math.max(0, ...strangers.map((dot) => 16 - distanceBetween(box, dot)));
        const cost = gap + handicap + 1.5 * crowding;
        if (!best || cost < best.cost) best = { box, gap, cost };
      }
    }
    if (!best) return { x: point.x + point.radius + 4, y: point.y };
    const { box, gap } = best;
    taken.push(box);
    const y = (box.top + box.bottom) / 2;
    const leader = [nearest(point.x, box.left, box.right), nearest(point.y, box.top, box.bottom)] as const;
    return { x: box.left, y, ...(gap > 4 ? { leader } : {}) };
  });
}

function distanceBetween(a: Box, b: Box): number {
  return Math.hypot(
    Math.max(0, a.left - b.right, b.left - a.right),
    Math.max(0, a.top - b.bottom, b.top - a.bottom),
  );
}

export function boxAround({ x, y, radius }: Point): Box {
  return { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius };
}

/** The box of a text whose nearest part lies `distance` from a point in a direction. */
function boxTowards({ x, y }: Point, angle: number, distance: number, width: number, height: number): Box {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const left = x + distance * cos + (Math.abs(cos) < 0.01 ? -width / 2 : cos < 0 ? -width : 0);
  const middle = y - distance * sin - (Math.abs(sin) < 0.01 ? 0 : (Math.sign(sin) * height) / 2);
  return { left, right: left + width, top: middle - height / 2, bottom: middle + height / 2 };
}

function nearest(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function isWithin(box: Box, bounds: Box): boolean {
  return (
    box.left >= bounds.left &&
    box.right <= bounds.right &&
    box.top >= bounds.top &&
    box.bottom <= bounds.bottom
  );
}
