// Heat maps on canvas: scrubbed by pointer or keyboard, told in words, in the colours of the theme.
import { h } from './element.ts';
import { type Scale, scaleOf } from './scales.ts';
import { isDark, onTheme, token } from './theme.ts';
import type { Heatmap, HeatmapOptions } from './types.ts';

const labelFont = 11; // CSS pixels

/** A heat map at the end of `host`. */
export function heatmap(host: HTMLElement, options: HeatmapOptions): Heatmap {
  const { label, diverging = false, rowHeight: [leastRow, mostRow] = [6, 22] } = options;
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const place = h(
    'div',
    {
      class: 'heatmap-place',
      tabindex: 0,
      role: 'slider',
      'aria-label': label,
      'aria-valuemin': 0,
      'aria-valuemax': 0,
      'aria-valuenow': 0,
    },
    canvas,
  );
  const readout = h('span', { class: 'heatmap-readout' });
  const key = h('span', { class: 'heatmap-key', 'aria-hidden': 'true' });
  const element = h(
    'figure',
    { class: 'heatmap' },
    h('figcaption', null, h('span', null, label), readout, key),
    place,
  );
  host.append(element);

  let values: Float32Array = new Float32Array(0);
  let rows = 0;
  let cols = 0;
  let rowLabels = options.rowLabels ?? [];
  let columnLabels = options.columnLabels ?? [];
  let marked: { row: number | undefined; col: number | undefined } = { row: undefined, col: undefined };
  let cursor: { row: number; col: number } | undefined;
  let frame = 0;
  let range = options.range ?? 1;
  const listeners: ((row: number, col: number) => void)[] = [];
  const cells = document.createElement('canvas');
  let fresh = false;

  const gutter = (): number =>
    rowLabels.length > 0 ? 8 + labelFont * 0.62 * Math.min(14, longest(rowLabels)) : 0;
  const head = (): number => (columnLabels.length > 0 ? labelFont + 7 : 0);
  const rowSize = (): number => Math.max(leastRow, Math.min(mostRow, Math.floor(320 / Math.max(1, rows))));

  const draw = (): void => {
    frame = 0;
    const width = place.clientWidth;
    if (width === 0) return;
    const ratio = devicePixelRatio;
    // With room for the outline of the last row.
    const height = head() + rows * rowSize() + 2;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.max(1, Math.round(height * ratio));
    canvas.style.height = `${height}px`;
    const ctx = canvas.getContext('2d');
    if (!ctx || rows * cols === 0) return;
    ctx.scale(ratio, ratio);
    if (!fresh) paintCells();
    ctx.imageSmoothingEnabled = false;
    const left = gutter();
    const cell = (width - left) / cols;
    ctx.drawImage(cells, left, head(), width - left, rows * rowSize());
    drawGrid(ctx, left, cell);
    drawLabels(ctx, left, cell);
    ctx.strokeStyle = token('--ink');
    outline(ctx, marked, left, cell, width, 2);
    if (cursor) outline(ctx, cursor, left, cell, width, 1.5);
  };
  const schedule = (): void => {
    frame ||= requestAnimationFrame(draw);
  };

  const paintCells = (): void => {
    fresh = true;
    cells.width = cols;
    cells.height = rows;
    const ctx = cells.getContext('2d');
    if (!ctx) return;
    const scale = scaleOf(isDark(), diverging);
    const image = ctx.createImageData(cols, rows);
    for (let i = 0; i < rows * cols; i++) {
      const [r, g, b] = scale.at(values[i] / range);
      image.data.set([r, g, b, 255], 4 * i);
    }
    ctx.putImageData(image, 0, 0);
    showKey(scale);
  };

  const showKey = (scale: Scale): void => {
    const stops = Array.from(
      { length: 9 },
      (_, i) => `rgb(${scale.at(diverging ? i / 4 - 1 : i / 8).join(' ')})`,
    );
    key.replaceChildren(
      diverging ? `−${short(range)}` : '0',
      h('i', { style: `background: linear-gradient(90deg, ${stops.join(', ')})` }),
      short(range),
    );
  };

  const drawGrid = (ctx: CanvasRenderingContext2D, left: number, cell: number): void => {
    ctx.fillStyle = token('--panel');
    if (rowSize() >= 5)
      for (let r = 1; r < rows; r++) ctx.fillRect(left, head() + r * rowSize() - 0.5, cols * cell, 1);
    if (cell >= 9)
      for (let c = 1; c < cols; c++) ctx.fillRect(left + c * cell - 0.5, head(), 1, rows * rowSize());
  };

  const drawLabels = (ctx: CanvasRenderingContext2D, left: number, cell: number): void => {
    ctx.font = `${labelFont}px ui-monospace, "SF Mono", Menlo, Consolas, monospace`;
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'right';
    const everyRow = Math.max(1, Math.ceil((labelFont + 2) / rowSize()));
    rowLabels.forEach((text, r) => {
      const strong = r === marked.row;
      if (r >= rows || (r % everyRow !== 0 && !strong) || (!strong && covered(r, everyRow))) return;
      ctx.fillStyle = token(strong ? '--ink' : '--muted');
      ctx.fillText(text.slice(0, 14), left - 6, head() + (r + 0.5) * rowSize());
    });
    ctx.textAlign = 'center';
    const everyColumn = Math.max(
      1,
      Math.ceil((labelFont * 0.64 * Math.min(8, longest(columnLabels)) + 3) / cell),
    );
    // Every third letter of a text says nothing; every tenth number does.
    if (everyColumn > 1 && !columnLabels.every((text) => /^\d*$/.test(text))) return;
    columnLabels.forEach((text, c) => {
      if (c >= cols || c % everyColumn !== 0) return;
      ctx.fillStyle = token(c === cursor?.col ? '--ink' : '--muted');
      ctx.fillText(text.slice(0, 8), left + (c + 0.5) * cell, labelFont / 2 + 1);
    });
  };
  /** Whether the label of the marked row needs the room. */
  const covered = (r: number, every: number): boolean =>
    marked.row !== undefined && Math.abs(r - marked.row) < every;

  const outline = (
    ctx: CanvasRenderingContext2D,
    { row, col }: { row: number | undefined; col: number | undefined },
    left: number,
    cell: number,
    width: number,
    line: number,
  ): void => {
    if (row === undefined && col === undefined) return;
    ctx.lineWidth = line;
    const [x, w] = col === undefined ? [left, width - left] : [left + col * cell, cell];
    const [y, t] = row === undefined ? [0, rows * rowSize()] : [row * rowSize(), rowSize()];
    // Around what would be covered if the line ran inside.
    const [outX, outY] = [w, t].map((size) => (size < 4 * line ? line / 2 : -line / 2));
    ctx.strokeRect(x - outX, head() + y - outY, Math.max(1, w + 2 * outX), Math.max(1, t + 2 * outY));
  };

  const told = (row: number, col: number): string => {
    const [r, c] = [rowLabels[row] ?? `row ${row}`, columnLabels[col] ?? `column ${col}`];
    return `${r}, ${c.trim() === '' ? 'space' : c}: ${short(values[row * cols + col])}`;
  };
  const point = (row: number, col: number, tell = true): void => {
    if (rows * cols === 0) return;
    cursor = { row: clamp(row, rows), col: clamp(col, cols) };
    readout.textContent = told(cursor.row, cursor.col);
    place.setAttribute('aria-valuenow', String(cursor.col));
    place.setAttribute('aria-valuetext', told(cursor.row, cursor.col));
    schedule();
    if (tell) for (const listener of listeners) listener(cursor.row, cursor.col);
  };
  const onPointer = (event: PointerEvent): void => {
    const box = place.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - gutter(), event.clientY - box.top - head()];
    point(Math.floor(y / rowSize()), Math.floor((x / (box.width - gutter())) * cols));
  };
  const onKey = (event: KeyboardEvent): void => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const { row, col } = cursor ?? { row: 0, col: -1 };
    point(row + move[0], col + move[1]);
  };
  place.addEventListener('pointermove', onPointer);
  place.addEventListener('pointerdown', onPointer);
  place.addEventListener('keydown', onKey);
  const sizes = new ResizeObserver(schedule);
  sizes.observe(place);
  const repaint = (): void => {
    fresh = false;
    schedule();
  };
  const endTheme = onTheme(repaint);

  return {
    element,
    set(given, givenRows, givenCols) {
      values = Float32Array.from(given);
      [rows, cols] = [givenRows, givenCols];
      range = options.range ?? (values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1);
      place.setAttribute('aria-valuemax', String(Math.max(0, cols - 1)));
      if (cursor) point(cursor.row, cursor.col, false);
      else
        place.setAttribute('aria-valuetext', `${rows} rows by ${cols} columns; arrow keys move through them`);
      repaint();
    },
    setLabels(labels) {
      rowLabels = labels.rows ?? rowLabels;
      columnLabels = labels.columns ?? columnLabels;
      if (cursor) point(cursor.row, cursor.col, false);
      schedule();
    },
    mark(row, col) {
      marked = { row, col };
      schedule();
    },
    onPoint(listener) {
      listeners.push(listener);
    },
    destroy() {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      endTheme();
      element.remove();
    },
  };
}

const moves: Record<string, readonly [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  PageUp: [0, -10],
  PageDown: [0, 10],
  Home: [0, -1e9],
  End: [0, 1e9],
};

function clamp(i: number, size: number): number {
  return Math.min(size - 1, Math.max(0, i));
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 1);
}

function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(+value.toFixed(2));
}
