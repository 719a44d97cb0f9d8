// Owns short moving pictures as animated PNG (APNG 1.0): one palette for all frames, and of every later frame only what
// has changed. Pure but for the compressor. Must never need anything to play but a browser.

import { deflateSync } from 'node:zlib';
import { pngChunk as chunk, PNG_MAGIC, words } from '../../drivers/episode/quick-png.ts';

/** Row by row from the top, red green blue, one byte each. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Index of the colour that lets the last frame through. */
const TRANSPARENT = 0;
const COLORS = 255;
/** Colours are told apart by their upper bits: 5 red, 6 green, 5 blue. */
const BINS = 65536;

/**
 * One picture, or several as an endless clip.
 * @param delayMs time per frame; the last one stays eight times as long
 * @throws RangeError for no frames, or frames of different sizes
 */
export function encodeClip(frames: readonly Frame[], delayMs = 100): Uint8Array {
  const [first] = frames;
  if (first === undefined) throw new RangeError('a clip needs at least one frame');
  const { width, height } = first;
  for (const frame of frames) {
    if (frame.width !== width || frame.height !== height || frame.data.length !== width * height * 3) {
      throw new RangeError(`every frame of this clip has ${width} x ${height} pixels of three bytes`);
    }
  }
  const { palette, indexOf } = paletteOf(frames);
  const indexed = frames.map(({ data }) => indices(data, indexOf));
  const chunks: Uint8Array[] = [PNG_MAGIC];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, no interlacing
  chunks.push(chunk('IHDR', header));
  if (frames.length > 1) chunks.push(chunk('acTL', words(frames.length, 0)));
  chunks.push(chunk('PLTE', palette), chunk('tRNS', Uint8Array.of(0)));
  let sequence = 0;
  indexed.forEach((pixels, k) => {
    const rect = k === 0 ? { left: 0, top: 0, width, height } : changedRect(indexed[k - 1], pixels, width, height);
    const image = deflateSync(rows(pixels, k === 0 ? undefined : indexed[k - 1], rect, width), { level: 9 });
    if (frames.length > 1) {
      const control = Buffer.alloc(26);
      [sequence++, rect.width, rect.height, rect.left, rect.top].forEach((value, i) => {
        control.writeUInt32BE(value, 4 * i);
      });
      control.writeUInt16BE(k === frames.length - 1 ? delayMs * 8 : delayMs, 20);
      control.writeUInt16BE(1000, 22);
      control.set([0, k === 0 ? 0 : 1], 24); // leave the frame as it is; draw over the last one
      chunks.push(chunk('fcTL', control));
    }
    chunks.push(k === 0 ? chunk('IDAT', image) : chunk('fdAT', Buffer.concat([words(sequence++), image])));
  });
  chunks.push(chunk('IEND', new Uint8Array(0)));
  return Buffer.concat(chunks);
}

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest rectangle that holds every change; one pixel where nothing has changed. */
function changedRect(before: Uint8Array, after: Uint8Array, width: number, height: number): Rect {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (before[y * width + x] === after[y * width + x]) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return { left: 0, top: 0, width: 1, height: 1 };
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Rows of a rectangle, each after the byte of its filter; what has not changed is transparent. */
function rows(pixels: Uint8Array, before: Uint8Array | undefined, rect: Rect, width: number): Uint8Array {
  const bytes = new Uint8Array((rect.width + 1) * rect.height);
  let at = 0;
  for (let y = rect.top; y < rect.top + rect.height; y++) {
    bytes[at++] = 0;
    for (let x = rect.left; x < rect.left + rect.width; x++) {
      const pixel = y * width + x;
      bytes[at++] = before !== undefined && before[pixel] === pixels[pixel] ? TRANSPARENT : pixels[pixel];
    }
  }
  return bytes;
}

function binOf(data: Uint8Array, at: number): number {
  return ((data[at] >> 3) << 11) | ((data[at + 1] >> 2) << 5) | (data[at + 2] >> 3);
}

function indices(data: Uint8Array, indexOf: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(data.length / 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = indexOf[binOf(data, 3 * i)];
  return pixels;
}

/** Colours that stand for all frames: median cut (P. Heckbert, Color image quantization for frame buffer display, 1982). */
function paletteOf(frames: readonly Frame[]): { palette: Uint8Array; indexOf: Uint8Array } {
  const counts = new Float64Array(BINS);
  const sums = new Float64Array(BINS * 3);
  for (const { data } of frames) {
    for (let at = 0; at < data.length; at += 3) {
      const bin = binOf(data, at);
      counts[bin] += 1;
      for (let c = 0; c < 3; c++) sums[3 * bin + c] += data[at + c];
    }
  }
  const used = Array.from(counts.keys()).filter((bin) => counts[bin] > 0);
  const color = (bin: number, c: number) => sums[3 * bin + c] / counts[bin];
  const boxes: number[][] = [used];
  while (boxes.length < COLORS) {
    let widest = { box: -1, channel: 0, spread: 0 };
    boxes.forEach((bins, box) => {
      for (let c = 0; c < 3; c++) {
        const spread = spreadOf(
          bins,
          (bin) => color(bin, c),
          (bin) => counts[bin],
        );
        if (spread > widest.spread) widest = { box, channel: c, spread };
      }
    });
    if (widest.box < 0) break;
    const sorted = boxes[widest.box].sort((a, b) => color(a, widest.channel) - color(b, widest.channel) || a - b);
    const half = sorted.reduce((sum, bin) => sum + counts[bin], 0) / 2;
    let cut = 1;
    for (let sum = counts[sorted[0]]; cut < sorted.length - 1 && sum < half; cut++) sum += counts[sorted[cut]];
    boxes.splice(widest.box, 1, sorted.slice(0, cut), sorted.slice(cut));
  }
  const palette = new Uint8Array(3 * (boxes.length + 1));
  const indexOf = new Uint8Array(BINS);
  boxes.forEach((bins, box) => {
    const weight = bins.reduce((sum, bin) => sum + counts[bin], 0);
    for (let c = 0; c < 3; c++) {
      palette[3 * (box + 1) + c] = Math.round(bins.reduce((sum, bin) => sum + sums[3 * bin + c], 0) / weight);
    }
    for (const bin of bins) indexOf[bin] = box + 1;
  });
  return { palette, indexOf };
}

/** How much a box gains from being cut: the squared deviation of its pixels in one channel. */
function spreadOf(bins: readonly number[], value: (bin: number) => number, weight: (bin: number) => number): number {
  if (bins.length < 2) return 0;
  let [n, sum, squares] = [0, 0, 0];
  for (const bin of bins) {
    const [v, w] = [value(bin), weight(bin)];
    n += w;
    sum += w * v;
    squares += w * v * v;
  }
  return squares - (sum * sum) / n;
}
