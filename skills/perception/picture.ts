// Owns what one look says about each pixel: a calmed depth, a point of the base frame, and a colour without its
// brightness. Reads pixels and calibration only. Must never decide what anything is.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import { linearFromSrgb } from '../../sim/cameras/material.ts';
import { mat3FromQuat } from '../../sim/spatial.ts';
import { PerceptionError } from './detector.ts';

/** Row by row from the top, one number per pixel unless said otherwise. */
export interface Picture {
  readonly observation: Observation;
  readonly width: number;
  readonly height: number;
  /** Metres along the optical axis, averaged with neighbours on the same surface, small holes filled; 0 for none. */
  readonly depthM: Float32Array;
  /** Base frame, metres; meaningless where there is no depth. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly z: Float32Array;
  /** Shares of red and green in the linear light: they stay as they are when the light gets stronger or weaker. */
  readonly redShare: Float32Array;
  readonly greenShare: Float32Array;
  /** The strongest of the three linear components, 0..1. */
  readonly light: Float32Array;
  /** Brightness of the brightest surfaces of the picture: what a white thing would have. */
  readonly whiteLight: number;
}

/** Neighbours within this of a pixel's depth lie on its surface: below the gap between things, above the noise. Metres. */
const SAME_SURFACE_M = 0.015;
/** Neighbours within this share of a pixel's colour, plus this much light, have its colour. */
const SAME_COLOUR_SHARE = 0.3;
const SAME_COLOUR_LIGHT = 0.03;
/** Added to each component before shares are taken: what is nearly black has no colour, only noise. */
const DARK_LIGHT = 0.004;
/** Neighbours with a depth that a pixel without one needs to take theirs. */
const FILL_FROM = 2;

const LINEAR = Float64Array.from({ length: 256 }, (_, i) => linearFromSrgb(i / 255));

const known = new WeakMap<Observation, Picture>();

/**
 * The picture of a look; the same look gives the same picture again without computing it anew.
 * @throws PerceptionError BAD_INPUT when sizes do not fit
 */
export function readPicture(observation: Observation): Picture {
  const before = known.get(observation);
  if (before !== undefined) return before;
  const { width, height, colorSrgb, depthM } = observation;
  if (colorSrgb.length !== width * height * 3 || depthM.length !== width * height) {
    throw new PerceptionError(
      'BAD_INPUT',
      `a picture of ${width} x ${height} pixels came with ${colorSrgb.length} colour and ${depthM.length} depth values`,
      'Take a new picture; if this stays, the camera driver is at fault.',
    );
  }
  const picture = measure(observation);
  known.set(observation, picture);
  return picture;
}

function measure(observation: Observation): Picture {
  const { width, height, colorSrgb, depthM: raw, intrinsics, worldFromCamera } = observation;
  const count = width * height;
  const linear = new Float32Array(count * 3);
  for (let i = 0; i < linear.length; i++) linear[i] = LINEAR[colorSrgb[i]];
  const depthM = new Float32Array(count);
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const z = new Float32Array(count);
  const redShare = new Float32Array(count);
  const greenShare = new Float32Array(count);
  const light = new Float32Array(count);
  const m = mat3FromQuat(worldFromCamera.quatWxyz);
  const [ox, oy, oz] = worldFromCamera.position;
  const lights = new Uint32Array(256);
  for (let v = 0; v < height; v++) {
    const yn = (v - intrinsics.cy) / intrinsics.fy;
    for (let u = 0; u < width; u++) {
      const pixel = v * width + u;
      const r0 = linear[pixel * 3];
      const g0 = linear[pixel * 3 + 1];
      const b0 = linear[pixel * 3 + 2];
      const d0 = raw[pixel];
      const sameColour = SAME_COLOUR_LIGHT + SAME_COLOUR_SHARE * (r0 > g0 ? (r0 > b0 ? r0 : b0) : g0 > b0 ? g0 : b0);
      let r = 0;
      let g = 0;
      let b = 0;
      let alike = 0;
      let depth = 0;
      let near = 0;
      for (let side = 0; side < 5; side++) {
        let n: number;
        if (side === 0) n = pixel;
        else if (side === 1) {
          if (u === 0) continue;
          n = pixel - 1;
        } else if (side === 2) {
          if (u + 1 === width) continue;
          n = pixel + 1;
        } else if (side === 3) {
          if (v === 0) continue;
          n = pixel - width;
        } else {
          if (v + 1 === height) continue;
          n = pixel + width;
        }
        const rn = linear[n * 3];
        const gn = linear[n * 3 + 1];
        const bn = linear[n * 3 + 2];
        const dr = rn - r0;
        const dg = gn - g0;
        const db = bn - b0;
        if (
          dr > sameColour ||
          -dr > sameColour ||
          dg > sameColour ||
          -dg > sameColour ||
          db > sameColour ||
          -db > sameColour
        ) {
          continue;
        }
        const dn = raw[n];
        if (dn > 0) {
          const step = dn - d0;
          if (d0 === 0 || (step < SAME_SURFACE_M && -step < SAME_SURFACE_M)) {
            depth += dn;
            near++;
          }
        }
        r += rn;
        g += gn;
        b += bn;
        alike++;
      }
      r = r / alike + DARK_LIGHT;
      g = g / alike + DARK_LIGHT;
      b = b / alike + DARK_LIGHT;
      const sum = r + g + b;
      redShare[pixel] = r / sum;
      greenShare[pixel] = g / sum;
      const strongest = (r > g ? (r > b ? r : b) : g > b ? g : b) - DARK_LIGHT;
      light[pixel] = strongest;
      lights[strongest >= 1 ? 255 : (strongest * 255) | 0]++;
      if (near >= (d0 > 0 ? 1 : FILL_FROM)) {
        depth /= near;
        depthM[pixel] = depth;
        const xc = ((u - intrinsics.cx) / intrinsics.fx) * depth;
        const yc = yn * depth;
        x[pixel] = m[0] * xc + m[1] * yc + m[2] * depth + ox;
        y[pixel] = m[3] * xc + m[4] * yc + m[5] * depth + oy;
        z[pixel] = m[6] * xc + m[7] * yc + m[8] * depth + oz;
      }
    }
  }
  return {
    observation,
    width,
    height,
    depthM,
    x,
    y,
    z,
    redShare,
    greenShare,
    light,
    whiteLight: brightest(lights, count),
  };
}

/** Light that one pixel in 200 exceeds: the white patch of the picture (E. Land, J. McCann, 1971), glints left out. */
function brightest(lights: Uint32Array, count: number): number {
  let above = 0;
  for (let bin = 255; bin > 0; bin--) {
    above += lights[bin];
    if (above * 200 >= count) return (bin + 0.5) / 255;
  }
  return 0.5 / 255;
}
