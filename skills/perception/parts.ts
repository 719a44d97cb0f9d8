// Owns finding parts of a thing: what sticks out of it, the hole in it, its head. From the points above its support.
// Must never know colours.

import { cos, sin } from '../../sim/portable-math.ts';
import type { PartWord } from './phrase.ts';
import type { Picture } from './picture.ts';
import type { Region } from './regions.ts';
import type { ShapeFeatures } from './shape-features.ts';

/** Pixels of a part, ascending; empty when the thing has none that can be seen. */
export function findPart(picture: Picture, region: Region, shape: ShapeFeatures, part: PartWord): Uint32Array {
  switch (part) {
    case 'hole':
      return holeOf(picture, region, shape);
    case 'rim':
      return Uint32Array.from(
        [...region.pixels].filter(
          (pixel) => picture.depthM[pixel] > 0 && picture.z[pixel] > shape.supportM + shape.heightM - 0.008,
        ),
      );
    default:
      return shape.opening > 0.08 ? outsideRing(picture, region, shape) : lengthwise(picture, region, shape, part);
  }
}

/** What can be seen through the opening: pixels inside the outline that lie lower than the top. */
function holeOf(picture: Picture, region: Region, shape: ShapeFeatures): Uint32Array {
  if (shape.opening < 0.05) return new Uint32Array(0);
  const { width, height, depthM, z } = picture;
  const own = new Set(region.pixels);
  const rows = new Map<number, [number, number]>();
  for (const pixel of region.pixels) {
    const u = pixel % width;
    const v = (pixel - u) / width;
    const row = rows.get(v);
    if (row === undefined) rows.set(v, [u, u]);
    else rows.set(v, [Math.min(row[0], u), Math.max(row[1], u)]);
  }
  const found: number[] = [];
  for (let v = 0; v < height; v++) {
    const row = rows.get(v);
    if (row === undefined || !rows.has(v - 1) || !rows.has(v + 1)) continue;
    for (let u = row[0] + 1; u < row[1]; u++) {
      const pixel = v * width + u;
      if (own.has(pixel) || depthM[pixel] === 0) continue;
      if (z[pixel] < shape.supportM + shape.heightM - 0.008) found.push(pixel);
    }
  }
  return Uint32Array.from(found);
}

/**
 * What sticks out of a ring to one side: beyond the reach of the ring on the other side. The direction is that of the
 * farthest points from the middle of the hole.
 */
function outsideRing(picture: Picture, region: Region, shape: ShapeFeatures): Uint32Array {
  const { depthM, x, y } = picture;
  const seen = [...region.pixels].filter((pixel) => depthM[pixel] > 0);
  const dx = seen.map((pixel) => x[pixel] - shape.openingX);
  const dy = seen.map((pixel) => y[pixel] - shape.openingY);
  const far = dx.map((d, i) => Math.sqrt(d * d + dy[i] * dy[i]));
  const limit = far.slice().sort((a, b) => a - b)[Math.floor((far.length - 1) * 0.95)];
  let [sx, sy] = [0, 0];
  far.forEach((d, i) => {
    if (d < limit) return;
    sx += dx[i];
    sy += dy[i];
  });
  const length = Math.sqrt(sx * sx + sy * sy);
  if (length < 1e-9) return new Uint32Array(0);
  [sx, sy] = [sx / length, sy / length];
  const along = dx.map((d, i) => d * sx + dy[i] * sy);
  const sorted = along.slice().sort((a, b) => a - b);
  const behind = -sorted[Math.floor((sorted.length - 1) * 0.01)];
  const ahead = sorted[Math.floor((sorted.length - 1) * 0.99)];
  // A ring without a handle reaches as far one way as the other.
  if (ahead < 1.25 * behind) return new Uint32Array(0);
  return Uint32Array.from(seen.filter((_, i) => along[i] > behind + 0.001));
}

/** The slim part of a long thing is its handle, the wide end its head. */
function lengthwise(picture: Picture, region: Region, shape: ShapeFeatures, part: PartWord): Uint32Array {
  const { depthM, x, y } = picture;
  const { footprint } = shape;
  if (shape.lengthM < 1.6 * shape.widthM) return new Uint32Array(0);
  const turn = footprint.yawRad + (footprint.sizeX >= footprint.sizeY ? 0 : Math.PI / 2);
  const [c, s] = [cos(turn), sin(turn)];
  const seen = [...region.pixels].filter((pixel) => depthM[pixel] > 0);
  const along = seen.map((pixel) => c * (x[pixel] - footprint.x) + s * (y[pixel] - footprint.y));
  const across = seen.map((pixel) => -s * (x[pixel] - footprint.x) + c * (y[pixel] - footprint.y));
  const SLICES = 16;
  const low = new Float64Array(SLICES).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(SLICES).fill(Number.NEGATIVE_INFINITY);
  const slice = along.map((a) => Math.max(0, Math.min(SLICES - 1, Math.floor((a / shape.lengthM + 0.5) * SLICES))));
  slice.forEach((k, i) => {
    low[k] = Math.min(low[k], across[i]);
    high[k] = Math.max(high[k], across[i]);
  });
  const widths = Array.from(low, (l, k) => Math.max(0, high[k] - l));
  const slim = widths.slice().sort((a, b) => a - b)[Math.floor(SLICES * 0.35)];
  const wide = widths.map((w) => w > 1.5 * slim + 0.004);
  // The head is the run of wide slices at one end.
  if (!wide.some((is) => is)) return part === 'handle' ? Uint32Array.from(seen) : new Uint32Array(0);
  return Uint32Array.from(seen.filter((_, i) => wide[slice[i]] === (part === 'head')));
}
