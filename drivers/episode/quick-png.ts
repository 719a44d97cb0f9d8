// Owns writing PNG fast, with Node's own compressor: for pictures that are recorded while a robot moves. Readers need
// nothing special. Must never be imported where Node is not.
//
// Format: PNG (third edition), https://www.w3.org/TR/png-3/.

import { crc32, deflateSync } from 'node:zlib';
import type { PngImage } from '../../sim/cameras/png.ts';

export const PNG_MAGIC = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Difference to the pixel on the left: smooth pictures become small numbers. */
const SUB_FILTER = 1;
/** The fastest: noise of a sensor cannot be compressed anyway. */
const LEVEL = 1;

/** PNG file of an image, several times faster than and a tenth larger than `encodePng`. */
export function quickPng({ kind, width, height, data }: PngImage): Uint8Array {
  const pixelBytes = kind === 'rgb8' ? 3 : 2;
  const rowBytes = width * pixelBytes;
  if (data.length * (kind === 'rgb8' ? 1 : 2) !== rowBytes * height) {
    throw new RangeError(`an image of ${width} x ${height} does not have ${data.length} numbers`);
  }
  const bytes = kind === 'rgb8' ? data : bigEndian(data);
  const filtered = new Uint8Array((rowBytes + 1) * height);
  for (let y = 0; y < height; y++) {
    const from = y * rowBytes;
    let at = y * (rowBytes + 1);
    filtered[at++] = SUB_FILTER;
    for (let x = 0; x < rowBytes; x++) {
      filtered[at++] = bytes[from + x] - (x < pixelBytes ? 0 : bytes[from + x - pixelBytes]);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(kind === 'rgb8' ? [8, 2, 0, 0, 0] : [16, 0, 0, 0, 0], 8);
  return Buffer.concat([
    PNG_MAGIC,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(filtered, { level: LEVEL })),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
}

function bigEndian(data: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(data.length * 2);
  for (let i = 0; i < data.length; i++) {
    bytes[2 * i] = data[i] >> 8;
    bytes[2 * i + 1] = data[i] & 0xff;
  }
  return bytes;
}

/** One chunk with its length and checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([words(data.length), body, words(crc32(body))]);
}

/** 32-bit numbers, most significant byte first. */
export function words(...values: number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value, 4 * i);
  });
  return bytes;
}
