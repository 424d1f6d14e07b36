import { crc32, deflateSync } from 'node:zlib';

/** The palette index that is transparent; 0 … 254 are greys from black to white. */
export const TRANSPARENT = 255;

/**
 * A grey-scale PNG with transparency as a data URI.
 *
 * @param pixels palette indices row by row, [height × width]: 0 black … 254 white, 255 transparent
 */
export function greyPng(pixels: Uint8Array, width: number, height: number): string {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, deflate, standard filters, not interlaced
  const greys = Array.from({ length: 256 }, (_, index) => Math.round((Math.min(index, 254) * 255) / 254));
  const palette = Buffer.from(greys.flatMap((grey) => [grey, grey, grey]));
  const alpha = Buffer.alloc(256, 255);
  alpha[TRANSPARENT] = 0;
  const lines = Buffer.alloc(height * (width + 1)); // each line begins with its filter: 0, none
  for (let row = 0; row < height; row++) lines.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  const file = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('tRNS', alpha),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${file.toString('base64')}`;
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
