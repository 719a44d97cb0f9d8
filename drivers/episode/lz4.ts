// Owns LZ4 frames: the compression of an episode's chunks, as MCAP names it ("lz4"). Written here because the
// JavaScript packages that compress LZ4 are abandoned or break the format's end-of-block rules, and Foxglove's own
// WebAssembly module only decompresses. Pure and synchronous, same code in Node and the browser. Must never trust its
// input: every length and offset is checked against the buffers before it is used.
//
// Formats: lz4_Frame_format.md 1.6.4 and lz4_Block_format.md of github.com/lz4/lz4.

const FRAME_MAGIC = 0x184d2204;
/** Version 1, independent blocks, no checksums, blocks up to 4 MiB, and the header's own checksum byte for these flags. */
const FRAME_HEADER = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73);
const MAX_BLOCK_BYTES = 4 << 20;
const STORED = 0x80000000;

const MIN_MATCH = 4;
/** A match may not start closer to the end of a block than this. */
const MATCH_START_MARGIN = 12;
/** The last bytes of a block are always literals. */
const LAST_LITERALS = 5;
const MAX_OFFSET = 65535;
const HASH_BITS = 14;
/** Every 64 misses the search steps one byte further, so that incompressible data costs little. */
const SKIP_SHIFT = 6;

const table = new Int32Array(1 << HASH_BITS);

/** One LZ4 frame that holds `source`. Never longer than the source by more than 15 bytes and 4 for each 4 MiB. */
export function compressLz4(source: Uint8Array): Uint8Array<ArrayBuffer> {
  const blockCount = Math.ceil(source.length / MAX_BLOCK_BYTES);
  const output = new Uint8Array(FRAME_HEADER.length + source.length + 4 * blockCount + 4);
  const view = new DataView(output.buffer);
  output.set(FRAME_HEADER);
  let at = FRAME_HEADER.length;
  for (let start = 0; start < source.length; start += MAX_BLOCK_BYTES) {
    const block = source.subarray(start, start + MAX_BLOCK_BYTES);
    const length = compressBlock(block, output.subarray(at + 4, at + 4 + block.length));
    if (length === null) {
      view.setUint32(at, STORED + block.length, true);
      output.set(block, at + 4);
      at += 4 + block.length;
    } else {
      view.setUint32(at, length, true);
      at += 4 + length;
    }
  }
  return output.slice(0, at + 4); // the end mark is four zero bytes
}

/** Bytes written into `target`, or null when the block does not become shorter than `target`. */
function compressBlock(source: Uint8Array, target: Uint8Array): number | null {
  table.fill(0);
  const lastStart = source.length - MATCH_START_MARGIN;
  const matchEnd = source.length - LAST_LITERALS;
  let anchor = 0;
  let at = 0;
  let position = 0;
  let misses = 1 << SKIP_SHIFT;

  const writeLength = (rest: number) => {
    let left = rest;
    for (; left >= 255; left -= 255) target[at++] = 255;
    target[at++] = left;
  };
  const writeLiterals = (count: number, matchNibble: number) => {
    target[at++] = (Math.min(count, 15) << 4) | matchNibble;
    if (count >= 15) writeLength(count - 15);
    target.set(source.subarray(anchor, anchor + count), at);
    at += count;
  };
  // Longest possible sequence: token, literal length, literals, offset, match length.
  const fits = (literals: number, match: number) =>
    at + 1 + literals / 255 + 1 + literals + 2 + match / 255 + 1 < target.length;

  while (position <= lastStart) {
    const word = read32(source, position);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = table[slot] - 1; // 0 means empty
    table[slot] = position + 1;
    if (candidate < 0 || position - candidate > MAX_OFFSET || read32(source, candidate) !== word) {
      position += misses++ >> SKIP_SHIFT;
      continue;
    }
    misses = 1 << SKIP_SHIFT;
    let length = MIN_MATCH;
    while (position + length < matchEnd && source[candidate + length] === source[position + length]) length++;
    const literals = position - anchor;
    if (!fits(literals, length)) return null;
    const beyond = length - MIN_MATCH;
    writeLiterals(literals, Math.min(beyond, 15));
    const offset = position - candidate;
    target[at++] = offset & 255;
    target[at++] = offset >> 8;
    if (beyond >= 15) writeLength(beyond - 15);
    position += length;
    anchor = position;
  }
  const literals = source.length - anchor;
  if (!fits(literals, 0)) return null;
  writeLiterals(literals, 0);
  return at;
}

function read32(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/**
 * The contents of one LZ4 frame.
 * @param size the exact length of the contents, as the chunk states it; never more is written
 * @throws Error when the frame is malformed or holds another number of bytes
 */
export function decompressLz4(source: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const output = new Uint8Array(size);
  if (source.length < FRAME_HEADER.length || view.getUint32(0, true) !== FRAME_MAGIC)
    throw malformed('no frame header');
  const flags = source[4];
  if (flags >> 6 !== 1) throw malformed(`frame version ${flags >> 6}`);
  const blockChecksumBytes = flags & 0x10 ? 4 : 0;
  let at = 6 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0) + 1; // content size, dictionary id, header checksum
  let written = 0;
  for (;;) {
    if (at + 4 > source.length) throw malformed('the frame ends inside a block header');
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const length = word & 0x7fffffff;
    if (length > source.length - at) throw malformed('a block is longer than the frame');
    const block = source.subarray(at, at + length);
    if (word >= STORED) {
      if (length > size - written) throw malformed('more contents than stated');
      output.set(block, written);
      written += length;
    } else {
      written = decompressBlock(block, output, written);
    }
    at += length + blockChecksumBytes;
  }
  if (written !== size) throw malformed(`${written} bytes of contents, ${size} stated`);
  return output;
}

function decompressBlock(source: Uint8Array, output: Uint8Array, start: number): number {
  let at = 0;
  let written = start;
  const readLength = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (;;) {
      if (at >= source.length) throw malformed('a block ends inside a length');
      const byte = source[at++];
      length += byte;
      if (byte !== 255) return length;
    }
  };
  while (at < source.length) {
    const token = source[at++];
    const literals = readLength(token >> 4);
    if (literals > source.length - at) throw malformed('literals run past the block');
    if (literals > output.length - written) throw malformed('more contents than stated');
    for (const end = at + literals; at < end; ) output[written++] = source[at++];
    if (at === source.length) return written;
    if (at + 2 > source.length) throw malformed('a block ends inside an offset');
    const offset = source[at] | (source[at + 1] << 8);
    at += 2;
    const length = MIN_MATCH + readLength(token & 15);
    if (offset === 0 || offset > written) throw malformed('a match points before the contents');
    if (length > output.length - written) throw malformed('more contents than stated');
    // Byte by byte, as the match may overlap what it writes.
    for (const end = written + length; written < end; written++) output[written] = output[written - offset];
  }
  return written;
}

function malformed(what: string): Error {
  return new Error(`damaged LZ4 data: ${what}`);
}
