import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressLz4, decompressLz4 } from '../../drivers/episode/lz4.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED);

/** Written by the reference program (lz4 1.9.4, -9 -B4 -BD --content-size): 'capstan episode ' 9000 times. */
const REFERENCE_LINKED =
  'BCJNGExAgDICAAAAAAAmGwEAAP8BY2Fwc3RhbiBlcGlzb2RlIBAA/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////9hQc29kZSAKAQAADxAA/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////+hQc29kZSA8AAAADxAA//////////////////////////////////////////////////////////////////+aUHNvZGUgAAAAAAQvjxA=';
/** The same program with block checksums (-BX), of 'Abcdefghijklmnop0000000000000000Abcdefghijk'. */
const REFERENCE_CHECKSUMS = 'BCJNGHRAvSEAAAD7AkFiY2RlZmdoaWprbG1ub3AwAQCwQWJjZGVmZ2hpams4XGvxAAAAAMynecA=';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (content: string) => new TextEncoder().encode(content);

/** Bytes with repetitions of every distance and length, stretches that repeat nothing, and runs of one byte. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 4000 }))
        .map(([unit, count]) => {
          const run = new Uint8Array(unit.length * count);
          for (let i = 0; i < count; i++) run.set(unit, i * unit.length);
          return run;
        }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(Buffer.concat(parts)));

/** Walks the sequences of one compressed block by the format's words, and gives the rules of its end. */
function endOfBlock(block: Uint8Array) {
  let at = 0;
  let contents = 0;
  let lastMatchStart = Number.NEGATIVE_INFINITY;
  const length = (nibble: number) => {
    let sum = nibble;
    if (nibble === 15) {
      do sum += block[at];
      while (block[at++] === 255);
    }
    return sum;
  };
  for (;;) {
    const token = block[at++];
    const literals = length(token >> 4);
    at += literals;
    contents += literals;
    if (at >= block.length) return { contents, lastMatchStart, lastLiterals: literals, end: at };
    at += 2;
    lastMatchStart = contents;
    contents += 4 + length(token & 15);
  }
}

describe('LZ4', () => {
  it('gives back what was compressed', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(Buffer.compare(decompressLz4(compressLz4(bytes), bytes.length), bytes)).toBe(0);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('gives back contents longer than a block of 4 MiB', () => {
    const bytes = new Uint8Array(9 << 20).map((_, i) => (i >> 8) ^ (i % 7));
    const packed = compressLz4(bytes);
    expect(packed.length).toBeLessThan(bytes.length / 10);
    expect(Buffer.compare(decompressLz4(packed, bytes.length), bytes)).toBe(0);
  });

  it('keeps the rules for the end of a block, which strict decoders rely on', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const frame = compressLz4(bytes);
        const view = new DataView(frame.buffer);
        const word = view.getUint32(7, true);
        if (bytes.length === 0 || word >= 0x80000000) return;
        const block = frame.subarray(11, 11 + word);
        const { contents, lastMatchStart, lastLiterals, end } = endOfBlock(block);
        expect(end).toBe(block.length);
        expect(contents).toBe(bytes.length);
        expect(lastLiterals).toBeGreaterThanOrEqual(5);
        expect(lastMatchStart).toBeLessThanOrEqual(bytes.length - 12);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('stores what does not get shorter', () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255);
    expect(compressLz4(bytes).length).toBeLessThanOrEqual(bytes.length + 15);
    expect(decompressLz4(compressLz4(bytes), bytes.length)).toEqual(bytes);
  });

  it('reads frames of the reference program: linked blocks, stated size, checksums', () => {
    const linked = decompressLz4(Buffer.from(REFERENCE_LINKED, 'base64'), 144_000);
    expect(text(linked)).toBe('capstan episode '.repeat(9000));
    const checksums = decompressLz4(Buffer.from(REFERENCE_CHECKSUMS, 'base64'), 43);
    expect(text(checksums)).toBe('Abcdefghijklmnop0000000000000000Abcdefghijk');
  });

  it.skipIf(spawnSync('lz4', ['--version']).error !== undefined)(
    'is read by the reference program, if installed',
    () => {
      for (const content of [
        '',
        'a',
        'capstan '.repeat(70_000),
        JSON.stringify(Array.from({ length: 9999 }, (_, i) => i / 7)),
      ]) {
        const run = spawnSync('lz4', ['-d', '-c'], { input: compressLz4(bytesOf(content)), maxBuffer: 1 << 24 });
        expect(run.stderr.toString()).toBe('');
        expect(run.stdout.toString()).toBe(content);
      }
    },
  );

  it('answers damaged data with an error or other contents, never with a hang or a wrong length', () => {
    const frame = compressLz4(bytesOf('gotoPose([0.4, 0.1, 0.2]) '.repeat(50)));
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(frame.length), (at, flip, cut) => {
        const damaged = frame.slice(0, cut);
        if (at < cut) damaged[at] ^= flip;
        try {
          expect(decompressLz4(damaged, 1300).length).toBe(1300);
        } catch (error) {
          expect((error as Error).message).toMatch(/^damaged LZ4 data: /);
        }
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('never writes more than the stated size', () => {
    const frame = compressLz4(bytesOf('0'.repeat(100_000)));
    expect(() => decompressLz4(frame, 99_999)).toThrow('more contents than stated'); // the last literals
    expect(() => decompressLz4(frame, 50_000)).toThrow('more contents than stated'); // the match
    expect(() => decompressLz4(frame, 100_001)).toThrow('100000 bytes of contents, 100001 stated');
  });

  it('refuses a match that is longer than the contents, without copying it', () => {
    const block = [0x1f, 0x61, 1, 0, 255, 255, 0]; // one literal, then 529 bytes of the same
    const frame = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73, block.length, 0, 0, 0, ...block, 0, 0, 0, 0];
    expect(() => decompressLz4(Uint8Array.from(frame), 100)).toThrow('more contents than stated');
    expect(decompressLz4(Uint8Array.from(frame), 530)).toHaveLength(530);
  });

  it('refuses a match that points before the contents', () => {
    const block = [0x10, 0x61, 5, 0, 0x50, 1, 2, 3, 4, 5]; // one literal, a match 5 bytes back, five literals
    const frame = Uint8Array.from([
      0x04,
      0x22,
      0x4d,
      0x18,
      0x60,
      0x70,
      0x73,
      block.length,
      0,
      0,
      0,
      ...block,
      0,
      0,
      0,
      0,
    ]);
    expect(() => decompressLz4(frame, 10)).toThrow('a match points before the contents');
    frame[13] = 1;
    expect([...decompressLz4(frame, 10)]).toEqual([0x61, 0x61, 0x61, 0x61, 0x61, 1, 2, 3, 4, 5]);
  });
});
