// Owns the surfaces that things stand on: the wide level planes of a picture, and the height of the one under a mask.
// Base frame, z up, metres. Must never ask where the table was built.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import type { Mask } from './detector.ts';
import { type Picture, readPicture } from './picture.ts';

/** z = slopeX x + slopeY y + heightM; a calibration is never perfect, so a level table may come out slightly tilted. */
export interface SupportPlane {
  readonly slopeX: number;
  readonly slopeY: number;
  readonly heightM: number;
  /** Middle of what was seen of it, and how far it reaches from there along x and y. */
  readonly middleX: number;
  readonly middleY: number;
  readonly reachX: number;
  readonly reachY: number;
  /** Seen area, square metres. */
  readonly areaM2: number;
  /** What most of the plane looks like. */
  readonly redShare: number;
  readonly greenShare: number;
  readonly light: number;
}

/** Height bins, metres: a few deviations of a calmed depth. */
const BIN_M = 0.005;
const LOWEST_M = -1.5;
const BINS = 600;
/** The lowest plane needs this much area; a higher one must be too wide to be the top of a thing. Square metres. */
const LOWEST_AREA_M2 = 0.02;
const HIGHER_AREA_M2 = 0.05;
/** Planes closer than this are one, metres. */
const PLANES_APART_M = 0.03;
/** Half width of the band that is fitted, metres. */
const FIT_BAND_M = 0.009;
/** A steeper plane is no level surface, tangent. */
const STEEPEST = 0.06;
/** A filled square reaches 1.73 deviations from its middle; a little more for one half seen. */
const DEVIATIONS = 2.1;
const SHARE_BINS = 32;
/** Every so many pixels are enough to fit a plane; odd, so that they do not stand in columns. */
const SPARSE = 7;

const known = new WeakMap<Picture, readonly SupportPlane[]>();

/** Level planes of a picture, highest first. */
export function findSupportPlanes(picture: Picture): readonly SupportPlane[] {
  const before = known.get(picture);
  if (before !== undefined) return before;
  const planes = search(picture);
  known.set(picture, planes);
  return planes;
}

/** Height of a plane under a point of the base frame, metres. */
export function planeHeightM(plane: SupportPlane, x: number, y: number): number {
  return plane.slopeX * x + plane.slopeY * y + plane.heightM;
}

/** How far from a plane a calmed depth may lie at a distance along the optical axis and still be on it, metres. */
export function planeBandM(depthM: number): number {
  return 0.004 + 0.002 * depthM * depthM;
}

function search(picture: Picture): readonly SupportPlane[] {
  const { width, height, depthM, z } = picture;
  const { intrinsics, worldFromCamera } = picture.observation;
  const areas = new Float64Array(BINS);
  // How much of the level plane one pixel covers depends on how flat its ray meets it.
  const [w, qx, qy, qz] = worldFromCamera.quatWxyz;
  const downX = 2 * (qx * qz - w * qy);
  const downY = 2 * (qy * qz + w * qx);
  const downZ = 1 - 2 * (qx * qx + qy * qy);
  const pixelArea = 1 / (intrinsics.fx * intrinsics.fy);
  for (let v = 0; v < height; v += 2) {
    const yn = (v - intrinsics.cy) / intrinsics.fy;
    for (let u = 0; u < width; u += 2) {
      const pixel = v * width + u;
      const depth = depthM[pixel];
      if (depth === 0) continue;
      const bin = Math.floor((z[pixel] - LOWEST_M) / BIN_M);
      if (bin < 0 || bin >= BINS) continue;
      const slant = downX * ((u - intrinsics.cx) / intrinsics.fx) + downY * yn + downZ;
      // Grazing rays cover much and measure little.
      areas[bin] += (4 * depth * depth * pixelArea) / Math.max(0.2, Math.abs(slant));
    }
  }
  const sums = areas.map((area, i) => area + (areas[i - 1] ?? 0) + (areas[i + 1] ?? 0));
  const apart = Math.round(PLANES_APART_M / BIN_M);
  const planes: SupportPlane[] = [];
  for (let bin = 0; bin < BINS; bin++) {
    if (sums[bin] < (planes.length === 0 ? LOWEST_AREA_M2 : HIGHER_AREA_M2)) continue;
    let peak = true;
    for (let other = Math.max(0, bin - apart); other <= Math.min(BINS - 1, bin + apart); other++) {
      if (sums[other] > sums[bin] || (sums[other] === sums[bin] && other < bin)) peak = false;
    }
    if (!peak) continue;
    const plane = fitPlane(picture, LOWEST_M + (bin + 0.5) * BIN_M, sums[bin]);
    if (plane !== undefined) planes.push(plane);
  }
  return planes.reverse();
}

function fitPlane(picture: Picture, aroundM: number, areaM2: number): SupportPlane | undefined {
  const { depthM, x, y, z } = picture;
  let slopeX = 0;
  let slopeY = 0;
  let heightM = aroundM;
  let [middleX, middleY, reachX, reachY] = [0, 0, 0, 0];
  for (let pass = 0; pass < 2; pass++) {
    // Normal equations about the mean, solved by hand: three unknowns.
    const band = pass === 0 ? FIT_BAND_M : FIT_BAND_M * 0.7;
    let [n, sx, sy, sz] = [0, 0, 0, 0];
    let [sxx, sxy, syy, sxz, syz] = [0, 0, 0, 0, 0];
    for (let pixel = 0; pixel < z.length; pixel += SPARSE) {
      if (depthM[pixel] === 0) continue;
      const px = x[pixel];
      const py = y[pixel];
      const pz = z[pixel];
      const off = pz - (slopeX * px + slopeY * py + heightM);
      if (off > band || off < -band) continue;
      n++;
      sx += px;
      sy += py;
      sz += pz;
      sxx += px * px;
      sxy += px * py;
      syy += py * py;
      sxz += px * pz;
      syz += py * pz;
    }
    if (n < 30) return undefined;
    const [mx, my, mz] = [sx / n, sy / n, sz / n];
    const cxx = sxx / n - mx * mx;
    const cxy = sxy / n - mx * my;
    const cyy = syy / n - my * my;
    const cxz = sxz / n - mx * mz;
    const cyz = syz / n - my * mz;
    [middleX, middleY] = [mx, my];
    [reachX, reachY] = [DEVIATIONS * Math.sqrt(cxx), DEVIATIONS * Math.sqrt(cyy)];
    const determinant = cxx * cyy - cxy * cxy;
    // A strip or a small patch says nothing about a tilt.
    if (determinant > 1e-7) {
      const tiltX = (cxz * cyy - cyz * cxy) / determinant;
      const tiltY = (cyz * cxx - cxz * cxy) / determinant;
      if (Math.abs(tiltX) < STEEPEST && Math.abs(tiltY) < STEEPEST) {
        slopeX = tiltX;
        slopeY = tiltY;
      }
    }
    heightM = mz - slopeX * mx - slopeY * my;
  }
  const plane = { slopeX, slopeY, heightM, middleX, middleY, reachX, reachY, areaM2 };
  return { ...plane, ...commonLook(picture, plane) };
}

/** The look that most pixels of a plane share. */
function commonLook(
  picture: Picture,
  plane: Pick<SupportPlane, 'slopeX' | 'slopeY' | 'heightM'>,
): Pick<SupportPlane, 'redShare' | 'greenShare' | 'light'> {
  const { depthM, x, y, z, redShare, greenShare, light } = picture;
  const counts = new Uint32Array(SHARE_BINS * SHARE_BINS);
  const members = new Int32Array(Math.ceil(z.length / SPARSE));
  let seen = 0;
  for (let pixel = 0; pixel < z.length; pixel += SPARSE) {
    const depth = depthM[pixel];
    if (depth === 0) continue;
    const off = z[pixel] - (plane.slopeX * x[pixel] + plane.slopeY * y[pixel] + plane.heightM);
    if (Math.abs(off) > planeBandM(depth)) continue;
    members[seen++] = pixel;
    counts[shareBin(redShare[pixel], greenShare[pixel])]++;
  }
  let mode = 0;
  for (let bin = 1; bin < counts.length; bin++) if (counts[bin] > counts[mode]) mode = bin;
  const modeRed = Math.floor(mode / SHARE_BINS);
  const modeGreen = mode % SHARE_BINS;
  let n = 0;
  let red = 0;
  let green = 0;
  const lights = new Float32Array(seen);
  for (let i = 0; i < seen; i++) {
    const pixel = members[i];
    const bin = shareBin(redShare[pixel], greenShare[pixel]);
    if (Math.abs(Math.floor(bin / SHARE_BINS) - modeRed) > 1 || Math.abs((bin % SHARE_BINS) - modeGreen) > 1) continue;
    red += redShare[pixel];
    green += greenShare[pixel];
    lights[n++] = light[pixel];
  }
  return n === 0
    ? { redShare: 1 / 3, greenShare: 1 / 3, light: 0.5 }
    : { redShare: red / n, greenShare: green / n, light: lights.subarray(0, n).sort()[n >> 1] };
}

function shareBin(red: number, green: number): number {
  const i = Math.min(SHARE_BINS - 1, Math.floor(red * SHARE_BINS));
  return i * SHARE_BINS + Math.min(SHARE_BINS - 1, Math.floor(green * SHARE_BINS));
}

/** The plane that carries what is seen at these pixels: the highest that lies no higher than their lowest points. */
export function planeUnder(picture: Picture, pixels: ArrayLike<number>): SupportPlane | undefined {
  const planes = findSupportPlanes(picture);
  if (planes.length === 0) return undefined;
  const { depthM, x, y, z } = picture;
  let best: SupportPlane | undefined;
  for (const plane of planes) {
    let above = 0;
    let seen = 0;
    let [sx, sy] = [0, 0];
    for (let i = 0; i < pixels.length; i++) {
      const pixel = pixels[i];
      if (depthM[pixel] === 0) continue;
      seen++;
      sx += x[pixel];
      sy += y[pixel];
      if (z[pixel] > planeHeightM(plane, x[pixel], y[pixel]) - 2 * planeBandM(depthM[pixel])) above++;
    }
    const beside =
      Math.abs(sx / seen - plane.middleX) > plane.reachX || Math.abs(sy / seen - plane.middleY) > plane.reachY;
    // A tenth of the pixels may be flying.
    if (seen > 0 && !beside && above >= 0.9 * seen) {
      best = plane;
      break;
    }
  }
  return best ?? planes[planes.length - 1];
}

/**
 * Height of the table, tray or floor under a mask, metres in the base frame, from the depth around it.
 * @returns undefined when no level surface is in sight
 */
export function supportHeightUnder(observation: Observation, mask: Pick<Mask, 'pixels'>): number | undefined {
  const picture = readPicture(observation);
  const plane = planeUnder(picture, mask.pixels);
  if (plane === undefined) return undefined;
  let [n, sx, sy] = [0, 0, 0];
  for (const pixel of mask.pixels) {
    if (picture.depthM[pixel] === 0) continue;
    n++;
    sx += picture.x[pixel];
    sy += picture.y[pixel];
  }
  return n === 0 ? plane.heightM : planeHeightM(plane, sx / n, sy / n);
}
