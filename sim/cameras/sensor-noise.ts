// Owns what a real RGB-D sensor does to a perfect picture: noise of the colour chip, noise, holes and flying pixels of
// the depth. The same stream gives the same bytes on every machine. Must never know what the picture shows.
//
// Sources. Axial noise: C. V. Nguyen, S. Izadi, D. Lovell, "Modeling Kinect sensor noise for improved 3D reconstruction
// and tracking", 3DIMPVT 2012: sigma = 0.0012 + 0.0019 (z - 0.4)^2 metres for surfaces up to 60 degrees, growing beyond;
// lateral noise near 0.8 pixel. A RealSense D415 (55 mm baseline, 0.08 pixel subpixel error) has the same 1.5 to 2 mm at
// one metre. Colour: photon noise grows with the square root of the light, read noise does not (EMVA 1288).

import { log } from '../portable-math.ts';
import type { RandomStream } from '../random.ts';
import type { Intrinsics } from './camera-model.ts';
import { linearFromSrgb, srgbByteTable } from './material.ts';

export interface SensorNoise {
  /** Deviation of the dark chip, in units of white. */
  readonly readNoise: number;
  /** Deviation that a white pixel has from photons alone, in units of white. */
  readonly shotNoise: number;
  /** Deviation of the exposure of a picture, as a share. */
  readonly exposureError: number;
  /** Deviation of the gain of each colour, as a share. */
  readonly whiteBalanceError: number;
  /** Depth deviation at 0.4 m, metres, and its growth with the square of the distance beyond, per metre. */
  readonly axialM: number;
  readonly axialGrowthPerM: number;
  /** Depth comes in steps of this, metres: 1 mm is what 16-bit depth pictures carry. 0 for none. */
  readonly depthStepM: number;
  /** Share of the pixels beside a depth edge without depth, and share with a depth between both sides. */
  readonly edgeHoles: number;
  readonly flyingPixels: number;
  /** Share of pixels without depth anywhere. */
  readonly lostPixels: number;
  /** Share of pixels without depth where the surface is nearly black: little of the pattern comes back. */
  readonly darkHoles: number;
}

/** A consumer depth camera in a lit room. */
export const TYPICAL_SENSOR: SensorNoise = {
  readNoise: 0.004,
  shotNoise: 0.012,
  exposureError: 0.04,
  whiteBalanceError: 0.015,
  axialM: 0.0012,
  axialGrowthPerM: 0.0019,
  depthStepM: 0.001,
  edgeHoles: 0.35,
  flyingPixels: 0.12,
  lostPixels: 0.003,
  darkHoles: 0.25,
};

export interface SensorImage {
  readonly width: number;
  readonly height: number;
  readonly colorSrgb: Uint8Array;
  readonly depthM: Float32Array;
  readonly intrinsics: Intrinsics;
}

/** Neighbours whose depths differ by more than this share of the distance, plus this many metres, stand at an edge. */
const EDGE_SHARE = 0.012;
const EDGE_M = 0.006;
/** Distance from which the axial noise grows, metres. */
const NEAR_M = 0.4;
/** cos 78 degrees: flatter than this, a projected pattern no longer comes back as a pattern. */
const GRAZING_COSINE = 0.21;
const GRAZING_HOLES = 0.5;
/** Linear light under which a surface counts as nearly black. */
const DARK = 0.02;

const GAUSSIANS = 4096;
let gaussians: Float32Array | undefined;

/** Quantiles of the normal distribution at the middles of 4096 equal shares: 12 random bits give one draw. */
function gaussianTable(): Float32Array {
  if (gaussians !== undefined) return gaussians;
  gaussians = new Float32Array(GAUSSIANS);
  for (let i = 0; i < GAUSSIANS; i++) gaussians[i] = normalQuantile((i + 0.5) / GAUSSIANS);
  return gaussians;
}

/** Inverse of the normal distribution, error below 4.5e-4 (M. Abramowitz, I. Stegun, 26.2.23). */
function normalQuantile(share: number): number {
  const tail = share < 0.5 ? share : 1 - share;
  const t = Math.sqrt(-2 * log(tail));
  const quantile =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return share < 0.5 ? -quantile : quantile;
}

/** Words of 32 random bits: xorshift128 (G. Marsaglia, 2003), started from the stream; a picture needs half a million. */
function createWords(stream: RandomStream): () => number {
  let x = (stream.next() * 4294967296) | 0;
  let y = (stream.next() * 4294967296) | 0;
  let z = (stream.next() * 4294967296) | 0;
  let w = (stream.next() * 4294967296) | 1;
  return () => {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return w;
  };
}

/**
 * A copy of a perfect picture as a real sensor would have taken it; everything but colour and depth is kept.
 * @param stream one of its own per picture
 */
export function addSensorNoise<Image extends SensorImage>(
  image: Image,
  stream: RandomStream,
  settings: SensorNoise = TYPICAL_SENSOR,
): Image {
  const gains = [0, 1, 2].map(() => 1 + settings.whiteBalanceError * stream.gaussian(0, 1));
  const exposure = 1 + settings.exposureError * stream.gaussian(0, 1);
  const words = createWords(stream);
  return {
    ...image,
    depthM: noisyDepth(image, words, settings),
    colorSrgb: noisyColor(
      image.colorSrgb,
      words,
      settings,
      gains.map((gain) => gain * exposure),
    ),
  };
}

function noisyColor(
  colorSrgb: Uint8Array,
  words: () => number,
  settings: SensorNoise,
  gains: readonly number[],
): Uint8Array {
  const quantiles = gaussianTable();
  const toByte = srgbByteTable();
  const steps = toByte.length - 1;
  const signals = gains.map((gain) => Float64Array.from({ length: 256 }, (_, i) => gain * linearFromSrgb(i / 255)));
  const deviations = signals.map((signal) =>
    signal.map((light) =>
      Math.sqrt(settings.readNoise * settings.readNoise + settings.shotNoise * settings.shotNoise * light),
    ),
  );
  const [signalR, signalG, signalB] = signals;
  const [deviationR, deviationG, deviationB] = deviations;
  const noisy = new Uint8Array(colorSrgb.length);
  const encode = (light: number) => toByte[light >= 1 ? steps : light <= 0 ? 0 : (light * steps + 0.5) | 0];
  for (let i = 0; i + 2 < colorSrgb.length; i += 3) {
    const word = words();
    const other = words();
    const [r, g, b] = [colorSrgb[i], colorSrgb[i + 1], colorSrgb[i + 2]];
    noisy[i] = encode(signalR[r] + deviationR[r] * quantiles[word & 4095]);
    noisy[i + 1] = encode(signalG[g] + deviationG[g] * quantiles[(word >>> 12) & 4095]);
    noisy[i + 2] = encode(signalB[b] + deviationB[b] * quantiles[other & 4095]);
  }
  return noisy;
}

function noisyDepth(image: SensorImage, words: () => number, settings: SensorNoise): Float32Array {
  const { width, height, depthM, colorSrgb, intrinsics } = image;
  const quantiles = gaussianTable();
  const noisy = new Float32Array(depthM.length);
  const step = settings.depthStepM;
  const darkByte = srgbByteTable()[Math.floor(DARK * (srgbByteTable().length - 1))];
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const pixel = v * width + u;
      const here = depthM[pixel];
      const word = words();
      if (here === 0) continue;
      // 20 bits choose whether the depth is lost, 12 bits how noisy it is.
      const chance = (word >>> 12) / 1048576;
      if (chance < settings.lostPixels) continue;
      const left = u > 0 ? depthM[pixel - 1] : here;
      const right = u + 1 < width ? depthM[pixel + 1] : here;
      const above = v > 0 ? depthM[pixel - width] : here;
      const below = v + 1 < height ? depthM[pixel + width] : here;
      const stepU = Math.max(Math.abs(left - here), Math.abs(right - here));
      const stepV = Math.max(Math.abs(above - here), Math.abs(below - here));
      let value = here;
      if (Math.max(stepU, stepV) > EDGE_M + EDGE_SHARE * here && atEdge(here, left, right, above, below)) {
        if (chance < settings.edgeHoles) continue;
        if (chance < settings.edgeHoles + settings.flyingPixels) {
          const across = stepU >= stepV ? (Math.abs(left - here) > Math.abs(right - here) ? left : right) : 0;
          const along = Math.abs(above - here) > Math.abs(below - here) ? above : below;
          const other = stepU >= stepV ? across : along;
          if (other > 0) value += (other - here) * ((words() >>> 8) / 16777216);
        }
      } else {
        // The slope of depth per metre across the picture tells how flat the surface is seen.
        const acrossM = here / intrinsics.fx;
        const slopeU = (right - left) / (2 * acrossM);
        const slopeV = (below - above) / (2 * acrossM);
        const cosine = 1 / Math.sqrt(1 + slopeU * slopeU + slopeV * slopeV);
        if (cosine < GRAZING_COSINE && chance < GRAZING_HOLES * (1 - cosine / GRAZING_COSINE)) continue;
      }
      const at = pixel * 3;
      if (
        chance < settings.darkHoles &&
        colorSrgb[at] < darkByte &&
        colorSrgb[at + 1] < darkByte &&
        colorSrgb[at + 2] < darkByte
      ) {
        continue;
      }
      const beyond = here - NEAR_M;
      const deviation = settings.axialM + settings.axialGrowthPerM * beyond * beyond;
      value += deviation * quantiles[word & 4095];
      if (step > 0) value = Math.round(value / step) * step;
      noisy[pixel] = value > 0 ? value : 0;
    }
  }
  return noisy;
}

/** Whether the depth jumps here, rather than running on at a slope: a slope goes on at both sides, a jump at one. */
function atEdge(here: number, left: number, right: number, above: number, below: number): boolean {
  const limit = EDGE_M + EDGE_SHARE * here;
  return (
    left === 0 ||
    right === 0 ||
    above === 0 ||
    below === 0 ||
    Math.abs(left + right - 2 * here) > limit ||
    Math.abs(above + below - 2 * here) > limit
  );
}
