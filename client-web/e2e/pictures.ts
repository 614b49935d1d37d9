/** Pictures for tests, without a library: PNG of one colour that fades, as large as asked for. */
import { crc32, deflateSync } from 'node:zlib';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** `noise` makes it large: it can't be compressed. */
export function makePng(width: number, height: number, [red, green, blue]: readonly [number, number, number], noise = false): Uint8Array {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  let seed = 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      const change = noise ? (seed >>> 16) & 63 : Math.round((60 * x) / width);
      const at = y * (width * 3 + 1) + 1 + x * 3;
      rows[at] = Math.min(255, red + change);
      rows[at + 1] = Math.min(255, green + change);
      rows[at + 2] = Math.min(255, blue + change);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}
