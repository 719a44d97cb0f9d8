// Owns the RGB-D camera: colour, depth and instances of a scene by ray casting on the CPU, with no GPU and no window.
// The same scene and options give the same bytes on every machine. Must never know what it looks at.

import type { Pose, Vec3 } from '../spatial.ts';
import { mat3FromQuat } from '../spatial.ts';
import { REACH } from './bvh-traversal.ts';
import { type Intrinsics, intrinsicsFromFov } from './camera-model.ts';
import { linearFromSrgb, srgbByteTable } from './material.ts';
import { listTiles, TILE_PIXELS, type TileLists } from './ray-lists.ts';
import { aimRay, closestHit, createHit, createRay, describeHit } from './ray-query.ts';
import { MATERIAL_SIZE, type RayScene } from './ray-scene.ts';
import { addSurfaceLight, type Lighting, STUDIO_LIGHTING } from './shading.ts';
import { createShadows, type Shadows } from './shadows.ts';

export interface CameraOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly verticalFovRad: number;
  /** OpenCV axes: x right, y down, z forward. */
  readonly worldFromCamera: Pose;
  /** 'soft' adds the half-shadow of a wide lamp and the darkening in corners; meant for many samples per pixel. */
  readonly shadows: 'off' | 'on' | 'soft';
  /** Colour samples per pixel, 1 by default. Depth and instances always come from the ray through the pixel's centre. */
  readonly samplesPerPixel?: number;
  /** Colour behind everything, from the top row to the bottom row. */
  readonly background?: Background;
  readonly lighting?: Lighting;
  /** Distances between which things fade into the background, metres; for pictures, as depth stays exact. */
  readonly haze?: { readonly startM: number; readonly endM: number };
}

export interface Background {
  readonly topSrgb: Vec3;
  readonly bottomSrgb: Vec3;
}

export interface RgbdImage {
  readonly width: number;
  readonly height: number;
  /** Row by row from the top, red green blue. */
  readonly colorSrgb: Uint8Array;
  /** Metres along the optical axis; 0 where nothing was met. */
  readonly depthM: Float32Array;
  /** Instance ids, 0 where nothing was met. For tests and tools only: no perception may read it. */
  readonly instanceIds: Int32Array;
  readonly intrinsics: Intrinsics;
}

const LIGHT_GREY: Background = { topSrgb: [0.87, 0.89, 0.91], bottomSrgb: [0.78, 0.8, 0.82] };

/** Steps of the plane-filling sequence of M. Roberts (2018): powers of the inverse plastic number. */
const STEP_U = 0.7548776662466927;
const STEP_V = 0.5698402909980532;

interface Frame {
  readonly scene: RayScene;
  readonly options: CameraOptions;
  readonly intrinsics: Intrinsics;
  /** Row-major worldFromCamera rotation, the camera's place, then one over each focal length. */
  readonly pose: Float64Array;
  readonly tiles: TileLists;
  readonly shadows: Shadows;
  readonly lighting: Lighting;
  /** Linear background of the row at hand. */
  readonly background: Float64Array;
}

const ray = createRay();
const hit = createHit();
const rgb = new Float64Array(3);
const sample = new Float64Array(3);
const point = new Float64Array(3);
/** Column and row of the ray, pixels. */
const spot = new Float64Array(2);
/** Two numbers in [0, 1) that pick a point of the lamp and a direction of the sky. */
const picks = new Float64Array(2);

/**
 * Takes a picture.
 * @throws RangeError for an image of no size, an impossible field of view or sample count
 */
export function renderRgbd(scene: RayScene, options: CameraOptions): RgbdImage {
  const { width, height } = options;
  const samples = options.samplesPerPixel ?? 1;
  if (!(Number.isInteger(samples) && samples >= 1)) {
    throw new RangeError(`a pixel takes a whole number of samples from 1, not ${samples}`);
  }
  const intrinsics = intrinsicsFromFov(width, height, options.verticalFovRad);
  const lighting = options.lighting ?? STUDIO_LIGHTING;
  const frame: Frame = {
    scene,
    options,
    intrinsics,
    pose: Float64Array.from([
      ...mat3FromQuat(options.worldFromCamera.quatWxyz),
      ...options.worldFromCamera.position,
      1 / intrinsics.fx,
      1 / intrinsics.fy,
    ]),
    tiles: listTiles(scene, options.worldFromCamera, intrinsics, width, height),
    shadows: createShadows(scene, lighting, options.shadows),
    lighting,
    background: new Float64Array(3),
  };
  const image: RgbdImage = {
    width,
    height,
    colorSrgb: new Uint8Array(width * height * 3),
    depthM: new Float32Array(width * height),
    instanceIds: new Int32Array(width * height),
    intrinsics,
  };
  const rows = backgroundRows(options.background ?? LIGHT_GREY, height);
  for (let tileRow = 0; tileRow < frame.tiles.rows; tileRow++) {
    for (let tileColumn = 0; tileColumn < frame.tiles.columns; tileColumn++) {
      renderTile(frame, image, rows, samples, tileColumn, tileRow);
    }
  }
  return image;
}

function backgroundRows({ topSrgb, bottomSrgb }: Background, height: number): Float64Array {
  const rows = new Float64Array(height * 3);
  for (let v = 0; v < height; v++) {
    const t = height > 1 ? v / (height - 1) : 0;
    for (let channel = 0; channel < 3; channel++) {
      rows[v * 3 + channel] = linearFromSrgb(topSrgb[channel] + (bottomSrgb[channel] - topSrgb[channel]) * t);
    }
  }
  return rows;
}

function renderTile(
  frame: Frame,
  image: RgbdImage,
  rows: Float64Array,
  samples: number,
  tileColumn: number,
  tileRow: number,
): void {
  const { width, height, colorSrgb, depthM, instanceIds } = image;
  const { tiles, background, scene, pose } = frame;
  const toByte = srgbByteTable();
  const steps = toByte.length - 1;
  const tile = tileRow * tiles.columns + tileColumn;
  const from = tiles.starts[tile];
  const to = tiles.starts[tile + 1];
  const lastRow = Math.min(height, (tileRow + 1) * TILE_PIXELS);
  const lastColumn = Math.min(width, (tileColumn + 1) * TILE_PIXELS);
  for (let v = tileRow * TILE_PIXELS; v < lastRow; v++) {
    background[0] = rows[v * 3];
    background[1] = rows[v * 3 + 1];
    background[2] = rows[v * 3 + 2];
    for (let u = tileColumn * TILE_PIXELS; u < lastColumn; u++) {
      const pixel = v * width + u;
      rgb[0] = 0;
      rgb[1] = 0;
      rgb[2] = 0;
      spot[0] = u;
      spot[1] = v;
      castRay(frame, from, to);
      if (hit.instance >= 0) {
        depthM[pixel] = ray[REACH] * (pose[2] * ray[3] + pose[5] * ray[4] + pose[8] * ray[5]);
        instanceIds[pixel] = scene.ids[hit.instance];
      }
      if (samples === 1) {
        addSample(frame);
      } else {
        const offsetU = pixelHash(pixel, 1);
        const offsetV = pixelHash(pixel, 2);
        for (let s = 0; s < samples; s++) {
          const a = fraction(offsetU + s * STEP_U);
          const b = fraction(offsetV + s * STEP_V);
          spot[0] = u + a - 0.5;
          spot[1] = v + b - 0.5;
          castRay(frame, from, to);
          // The second pair must not follow the first.
          picks[0] = fraction(a + pixelHash(s, 3));
          picks[1] = fraction(b + pixelHash(s, 4));
          addSample(frame);
        }
      }
      for (let channel = 0; channel < 3; channel++) {
        const value = rgb[channel] / samples;
        colorSrgb[pixel * 3 + channel] = toByte[value >= 1 ? steps : (value * steps + 0.5) | 0];
      }
    }
  }
}

/** Casts the ray through `spot`. */
function castRay(frame: Frame, from: number, to: number): void {
  const { intrinsics, pose, tiles } = frame;
  const x = (spot[0] - intrinsics.cx) * pose[12];
  const y = (spot[1] - intrinsics.cy) * pose[13];
  const inverse = 1 / Math.sqrt(x * x + y * y + 1);
  ray[0] = pose[9];
  ray[1] = pose[10];
  ray[2] = pose[11];
  ray[3] = (pose[0] * x + pose[1] * y + pose[2]) * inverse;
  ray[4] = (pose[3] * x + pose[4] * y + pose[5]) * inverse;
  ray[5] = (pose[6] * x + pose[7] * y + pose[8]) * inverse;
  aimRay(ray, Number.POSITIVE_INFINITY);
  closestHit(frame.scene, ray, tiles.instances, from, to, hit);
}

/** Adds the colour of what `castRay` met to `rgb`. */
function addSample(frame: Frame): void {
  const { background, scene, lighting, shadows } = frame;
  if (hit.instance < 0) {
    for (let channel = 0; channel < 3; channel++) rgb[channel] += background[channel];
    return;
  }
  describeHit(scene, ray, hit);
  const distance = ray[REACH];
  for (let axis = 0; axis < 3; axis++) point[axis] = ray[axis] + ray[3 + axis] * distance;
  sample[0] = 0;
  sample[1] = 0;
  sample[2] = 0;
  const keyShare = shadows.keyShare(point, hit, picks);
  const openShare = shadows.openShare(point, hit, picks);
  addSurfaceLight(
    sample,
    ray,
    hit.normals,
    scene.materials,
    hit.material * MATERIAL_SIZE,
    lighting,
    keyShare,
    openShare,
  );
  const { haze } = frame.options;
  const kept = haze === undefined ? 1 : clearness(distance, haze.startM, haze.endM);
  // A sample is no brighter than white: otherwise one glint outweighs its whole pixel and edges turn jagged.
  for (let channel = 0; channel < 3; channel++) {
    const behind = background[channel];
    rgb[channel] += behind + (Math.min(1, sample[channel]) - behind) * kept;
  }
}

function clearness(distanceM: number, startM: number, endM: number): number {
  if (distanceM <= startM) return 1;
  if (distanceM >= endM) return 0;
  const t = (endM - distanceM) / (endM - startM);
  return t * t * (3 - 2 * t);
}

function fraction(value: number): number {
  return value - Math.floor(value);
}

/** A number in [0, 1) that looks random, for two whole numbers. */
function pixelHash(index: number, salt: number): number {
  let h = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}
