// Owns which level surfaces of a picture are tables within an arm's reach, and how far they go. Base frame, metres. Must
// never ask where a table was built.

import { distance, type Vec3 } from '../../sim/spatial.ts';
import type { Picture } from './picture.ts';
import { findSupportPlanes, planeBandM, planeHeightM, type SupportPlane } from './support-plane.ts';

/** No point farther from its base can be reached by an arm, metres: 0.855 m to the wrist, and the hand. */
const REACH_M = 1.1;
/** A surface that fills less of its own outline than this is no table: it is the tops of several things. */
const LEAST_FILLED = 0.3;
/** Every so many pixels are enough for an outline. */
const SPARSE = 5;
/** A level surface goes on for so many rows, up or down. */
const ROWS_APART = 6;
/** Share of the pixels outside each side, for what lies at the same height elsewhere. */
const TRIM = 0.01;

/** Tables, highest first, with the outline that was seen. @param bases where the arms stand */
export function tablesIn(picture: Picture, bases: readonly Vec3[]): readonly SupportPlane[] {
  return findSupportPlanes(picture).flatMap((plane) => {
    const outlined = withOutline(picture, plane);
    if (outlined === undefined) return [];
    const { middleX, middleY, reachX, reachY, areaM2, heightM } = outlined;
    const inReach = bases.some((base) => {
      const x = Math.min(Math.max(base[0], middleX - reachX), middleX + reachX);
      const y = Math.min(Math.max(base[1], middleY - reachY), middleY + reachY);
      return distance(base, [x, y, heightM]) < REACH_M && Math.abs(heightM - base[2]) < REACH_M / 2;
    });
    return inReach && areaM2 > LEAST_FILLED * 4 * reachX * reachY ? [outlined] : [];
  });
}

function withOutline({ width, depthM, x, y, z }: Picture, plane: SupportPlane): SupportPlane | undefined {
  const xs: number[] = [];
  const ys: number[] = [];
  const isOnPlane = (pixel: number) =>
    depthM[pixel] > 0 && Math.abs(z[pixel] - planeHeightM(plane, x[pixel], y[pixel])) < planeBandM(depthM[pixel]);
  for (let pixel = 0; pixel < depthM.length; pixel += SPARSE) {
    if (!isOnPlane(pixel)) continue;
    // A wall that crosses the height of the plane is a few rows high in the picture.
    if (!isOnPlane(pixel - ROWS_APART * width) && !isOnPlane(pixel + ROWS_APART * width)) continue;
    xs.push(x[pixel]);
    ys.push(y[pixel]);
  }
  if (xs.length === 0) return undefined;
  const span = (values: number[]) => {
    values.sort((a, b) => a - b);
    const at = (share: number) => values[Math.floor((values.length - 1) * share)];
    return [(at(TRIM) + at(1 - TRIM)) / 2, (at(1 - TRIM) - at(TRIM)) / 2] as const;
  };
  const [[middleX, reachX], [middleY, reachY]] = [span(xs), span(ys)];
  return { ...plane, middleX, middleY, reachX, reachY };
}
