// Owns what a surface looks like, and the way between sRGB and linear light. Must never know how light is computed.

import { pow } from '../portable-math.ts';
import type { Vec3 } from '../spatial.ts';

export interface Material {
  /** Red, green, blue as on a screen, each 0..1 (sRGB). */
  readonly colorSrgb: Vec3;
  /** 0 is a mirror, 1 is chalk. */
  readonly roughness: number;
  /** 0 for plastics, paint and wood, 1 for bare metal. */
  readonly metalness: number;
}

/** A plain painted or plastic surface. */
export function paint(colorSrgb: Vec3, roughness = 0.55): Material {
  return { colorSrgb, roughness, metalness: 0 };
}

/** Linear light of one sRGB component, 0..1 (IEC 61966-2-1). */
export function linearFromSrgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

/** sRGB component, 0..1, of linear light (IEC 61966-2-1). */
export function srgbFromLinear(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * pow(value, 1 / 2.4) - 0.055;
}

/** Steps of SRGB_BYTES; the table's coarsest step is a fifth of one byte value. */
const SRGB_STEPS = 16384;
let bytes: Uint8Array | undefined;

/** A table of sRGB bytes over linear light: entry round(linear * (length - 1)). Built at the first call. */
export function srgbByteTable(): Uint8Array {
  if (bytes === undefined) {
    bytes = new Uint8Array(SRGB_STEPS);
    for (let i = 0; i < SRGB_STEPS; i++) bytes[i] = Math.round(srgbFromLinear(i / (SRGB_STEPS - 1)) * 255);
  }
  return bytes;
}
