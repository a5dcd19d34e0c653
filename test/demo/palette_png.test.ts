// Small PNGs: the same picture where it has few colours, and one of at most 256 colours near it where it has many.
import { deflateSync, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { withPalette } from '../../demo/palette_png.js';

/** A PNG of RGB pixels, each line with the filter that `filterOf` names. */
function png(width: number, height: number, pixels: Uint8Array, filterOf: (y: number) => number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const stride = 3 * width;
  const at = (x: number, y: number) => (x < 0 || y < 0 ? 0 : pixels[y * stride + x]);
  const data = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    const filter = filterOf(y);
    data[y * (stride + 1)] = filter;
    for (let x = 0; x < stride; x++) {
      const [left, up, corner] = [at(x - 3, y), at(x, y - 1), at(x - 3, y - 1)];
      const byNearness = [left, up, corner].sort(
        (a, b) => Math.abs(left + up - corner - a) - Math.abs(left + up - corner - b),
      );
      const guess = [0, left, up, (left + up) >> 1, byNearness[0]][filter];
      data[y * (stride + 1) + 1 + x] = at(x, y) - guess;
    }
  }
  const chunk = (type: string, body: Buffer) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(body.length);
    return Buffer.concat([size, Buffer.from(type), body, Buffer.alloc(4)]);
  };
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(data)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The colours of a PNG with a palette, pixel by pixel. */
function pixelsOf(file: Buffer, width: number): number[] {
  const parts: Record<string, Buffer> = {};
  for (let at = 8; at < file.length; at += file.readUInt32BE(at) + 12) {
    parts[file.toString('latin1', at + 4, at + 8)] = file.subarray(at + 8, at + 8 + file.readUInt32BE(at));
  }
  const lines = inflateSync(parts.IDAT);
  return [...lines].flatMap((place, i) =>
    i % (width + 1) === 0 ? [] : [...parts.PLTE.subarray(3 * place, 3 * place + 3)],
  );
}

test.each([0, 1, 2, 3, 4])('a picture of few colours is kept exactly, filter %i', (filter) => {
  const colors = [
    [250, 248, 244],
    [27, 29, 32],
    [180, 71, 15],
    [15, 107, 125],
  ];
  const pixels = Uint8Array.from({ length: 7 * 5 }, (_, i) => (i * 7 + (i >> 2)) % 4).reduce<number[]>(
    (all, c) => {
      all.push(...colors[c]);
      return all;
    },
    [],
  );
  const small = withPalette(png(7, 5, Uint8Array.from(pixels), () => filter));
  expect(pixelsOf(small, 7)).toEqual(pixels);
});

test('of many colours none is far from what it was', () => {
  const pixels = Uint8Array.from(
    { length: 64 * 64 * 3 },
    (_, i) => [4 * (Math.floor(i / 3) % 64), 4 * Math.floor(i / 192), 90][i % 3],
  );
  const small = pixelsOf(withPalette(png(64, 64, pixels, (y) => y % 5)), 64);
  const worst = small.reduce((most, v, i) => Math.max(most, Math.abs(v - pixels[i])), 0);
  expect(worst).toBeLessThan(40);
  expect(small).toHaveLength(pixels.length);
});
