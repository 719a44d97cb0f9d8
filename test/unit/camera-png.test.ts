import { describe, expect, it } from 'vitest';
import { decodePng, depthMillimetres, encodePng } from '../../sim/cameras/png.ts';
import { createRandomStream } from '../../sim/random.ts';

const random = createRandomStream(Number(process.env.CAPSTAN_TEST_SEED), 'png');

describe('a PNG', () => {
  it('gives back colour pictures as they were', () => {
    for (const [width, height] of [
      [1, 1],
      [7, 3],
      [64, 48],
    ]) {
      const data = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
      const file = encodePng({ kind: 'rgb8', width, height, data });
      expect([...file.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      expect(decodePng(file)).toEqual({ kind: 'rgb8', width, height, data });
    }
  });

  it('gives back 16-bit depth as it was', () => {
    const data = Uint16Array.from({ length: 20 * 10 }, () => random.integer(65536));
    const decoded = decodePng(encodePng({ kind: 'grey16', width: 20, height: 10, data }));
    expect(decoded).toEqual({ kind: 'grey16', width: 20, height: 10, data });
  });

  it('refuses data that do not fill the picture, and damaged files', () => {
    expect(() => encodePng({ kind: 'rgb8', width: 2, height: 2, data: new Uint8Array(11) })).toThrow(
      /needs 12 numbers/,
    );
    const file = encodePng({ kind: 'rgb8', width: 4, height: 4, data: new Uint8Array(48).fill(9) });
    file[file.length - 20] ^= 0xff;
    expect(() => decodePng(file)).toThrow();
    expect(() => decodePng(new Uint8Array([1, 2, 3]))).toThrow();
  });

  it('holds depth in whole millimetres, 0 for nothing and for too far', () => {
    expect([
      ...depthMillimetres(Float32Array.from([0, 0.0004, 0.0006, 1.2344, 65.535, 65.6, Number.POSITIVE_INFINITY])),
    ]).toEqual([0, 0, 1, 1234, 65535, 0, 0]);
  });
});
