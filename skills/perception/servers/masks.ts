// Owns masks as the servers send them: raw bytes as base64 with a shape. Must never ask a server.

import type { Observation } from '../../../drivers/cameras/camera-port.ts';
import { encodePng } from '../../../sim/cameras/png.ts';
import { fromBase64, toBase64 } from '../base64.ts';
import { type Mask, PerceptionError } from '../detector.ts';
import { boxOf } from '../pieces.ts';

/** The colour picture as the servers take it. */
export function pngOf({ width, height, colorSrgb }: Observation): string {
  return toBase64(encodePng({ kind: 'rgb8', width, height, data: colorSrgb }));
}

/**
 * A mask from one byte per pixel, row by row; any byte but 0 is set.
 * @returns undefined for a mask without a pixel
 * @throws PerceptionError SERVER_ANSWER when its size is not that of the picture
 */
export function maskFromBytes(
  { width, height }: Observation,
  server: string,
  bytes: Uint8Array,
  shape: readonly number[],
  label: string,
  score: number,
): Mask | undefined {
  if (shape.length !== 2 || shape[0] !== height || shape[1] !== width || bytes.length !== width * height) {
    throw new PerceptionError(
      'SERVER_ANSWER',
      `${server} sent a mask of ${shape.join(' x ')} in ${bytes.length} bytes for a picture of ${height} x ${width}`,
      'Check that the server has the version this client was written for, and that it does not scale its masks.',
    );
  }
  let count = 0;
  for (const byte of bytes) if (byte !== 0) count++;
  if (count === 0) return undefined;
  const pixels = new Uint32Array(count);
  for (let i = 0, at = 0; i < bytes.length; i++) if (bytes[i] !== 0) pixels[at++] = i;
  return { label, score, box: boxOf(pixels, width), pixels };
}

/** A mask from base64 text. */
export function maskFromText(
  observation: Observation,
  server: string,
  base64: string,
  shape: readonly number[],
  label: string,
  score: number,
): Mask | undefined {
  return maskFromBytes(observation, server, fromBase64(base64), shape, label, score);
}

/** Best first; of equals, the one that starts higher in the picture. */
export function bestFirst(masks: readonly (Mask | undefined)[]): readonly Mask[] {
  return masks
    .filter((mask) => mask !== undefined)
    .sort((a, b) => b.score - a.score || a.pixels[0] - b.pixels[0] || a.pixels.length - b.pixels.length);
}
