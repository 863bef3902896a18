import type { Frame } from '@zpin/contracts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** 8 bits per channel, RGB, and the only methods of compression, filtering, and no interlacing that PNG knows. */
const FORMAT = [8, 2, 0, 0, 0];
/** Row filter "up": each byte minus the one above it. Drawings have long runs of equal rows. */
const FILTER_UP = 2;

/** A frame as a PNG file (ISO/IEC 15948). Works in Node and in a browser. */
export async function encodePng({ width, height, data }: Frame): Promise<Uint8Array<ArrayBuffer>> {
  const rowSize = 3 * width;
  const rows = new Uint8Array(height * (rowSize + 1));
  for (let y = 0; y < height; y++) {
    const at = y * (rowSize + 1);
    rows[at] = FILTER_UP;
    for (let i = 0; i < rowSize; i++) rows[at + 1 + i] = data[y * rowSize + i] - (y > 0 ? data[(y - 1) * rowSize + i] : 0);
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set(FORMAT, 8);
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', await deflate(rows)),
    chunk('IEND', new Uint8Array(0)),
  ];
  const file = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    file.set(part, offset);
    offset += part.length;
  }
  return file;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Length, type, data, checksum of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** Cyclic redundancy check with the polynomial that PNG uses. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
