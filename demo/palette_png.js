// Makes a PNG small: at most 256 colours, which is all that a page of text and charts needs.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const most = 256;

/**
 * The picture with a palette: its most frequent colours, and for every other the nearest of them.
 * @param {Uint8Array} png  8 bits a channel, RGB or RGBA, not interlaced, as browsers write it
 * @returns {Buffer}
 */
export function withPalette(png) {
  const { width, height, channels, rows } = read(Buffer.from(png));
  /** @type {Map<number, number>} */
  const counts = new Map();
  const colors = new Uint32Array(width * height);
  for (let i = 0; i < colors.length; i++) {
    const at = i * channels;
    const color = (rows[at] << 16) | (rows[at + 1] << 8) | rows[at + 2];
    colors[i] = color;
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const palette = spread([...counts].sort((a, b) => b[1] - a[1]).map(([color]) => color));
  /** @type {Map<number, number>} */
  const places = new Map();
  const out = Buffer.alloc(height * (width + 1));
  for (let i = 0; i < colors.length; i++) {
    let place = places.get(colors[i]);
    if (place === undefined) {
      place = nearest(palette, colors[i]);
      places.set(colors[i], place);
    }
    out[i + Math.floor(i / width) + 1] = place;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]))),
    chunk('IDAT', deflateSync(out, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * The first colours of the list, then such as lie far from these and each other, then less and less far.
 * @param {number[]} colors  the most frequent first
 * @returns {number[]}
 */
function spread(colors) {
  const palette = colors.slice(0, 24);
  for (const gap of [4000, 1000, 300, 60, 0]) {
    for (const color of colors) {
      if (palette.length === most) return palette;
      if (palette.every((other) => distance(other, color) > gap)) palette.push(color);
    }
  }
  return palette;
}

/**
 * @param {number[]} palette
 * @param {number} color
 */
function nearest(palette, color) {
  let best = 0;
  for (let i = 1; i < palette.length; i++) {
    if (distance(palette[i], color) < distance(palette[best], color)) best = i;
  }
  return best;
}

/**
 * @param {number} a
 * @param {number} b
 */
function distance(a, b) {
  const [r, g, c] = [(a >> 16) - (b >> 16), ((a >> 8) & 255) - ((b >> 8) & 255), (a & 255) - (b & 255)];
  return 2 * r * r + 4 * g * g + c * c;
}

/** @param {Buffer} png */
function read(png) {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = png[25] === 6 ? 4 : 3;
  if (png[24] !== 8 || (png[25] !== 2 && png[25] !== 6) || png[28] !== 0) {
    throw new Error('this PNG is not of the kind that browsers write');
  }
  /** @type {Buffer[]} */
  const parts = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return {
    width,
    height,
    channels,
    rows: unfilter(inflateSync(Buffer.concat(parts)), width, height, channels),
  };
}

/**
 * Undoes the filters of the lines (PNG 9.2).
 * @param {Buffer} data
 * @param {number} width
 * @param {number} height
 * @param {number} channels
 */
function unfilter(data, width, height, channels) {
  const stride = width * channels;
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= channels ? rows[at - channels] : 0;
      const up = y > 0 ? rows[at - stride] : 0;
      const corner = x >= channels && y > 0 ? rows[at - stride - channels] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      rows[at] = data[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return rows;
}

/**
 * @param {number} left
 * @param {number} up
 * @param {number} corner
 */
function paeth(left, up, corner) {
  const p = left + up - corner;
  const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
