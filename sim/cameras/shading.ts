// Owns how much light a surface sends to the camera: one key light, a sky and ground that light from all around, and
// gloss. Only + - * / and sqrt, so that pictures agree to the last bit. Must never trace a ray.
//
// Gloss after B. Walter et al., "Microfacet models for refraction through rough surfaces", 2007 (GGX), with Schlick's
// Fresnel term and shadowing. Intensities are in units of a white surface's own brightness.

import { normalize, type Vec3 } from '../spatial.ts';

export interface Lighting {
  /** Unit vector from the scene to the key light, in world frame. */
  readonly towardKey: Vec3;
  /** What the key light alone gives a white surface that faces it. */
  readonly key: number;
  /** What sky and ground alone give a white surface that faces up or down. */
  readonly sky: number;
  readonly ground: number;
}

/**
 * Cosine at which the key light fades out. A little above 0: there the flat faces of a mesh already lie in their own
 * shadow, and their outlines would show.
 */
const TERMINATOR = 0.08;

/** A bright room with one lamp ahead of the arm, high up and to its right. */
export const STUDIO_LIGHTING: Lighting = {
  towardKey: normalize([0.45, -0.5, 1]),
  key: 0.6,
  sky: 0.38,
  ground: 0.24,
};

/** The same light, stronger or weaker. */
export function scaleLighting(lighting: Lighting, factor: number): Lighting {
  return {
    ...lighting,
    key: lighting.key * factor,
    sky: lighting.sky * factor,
    ground: lighting.ground * factor,
  };
}

/**
 * Adds the light of one surface point to `rgb` (linear).
 * @param ray the ray that met it, from the camera
 * @param normals shading normal at [3..5], unit, against the ray
 * @param materials MATERIAL_SIZE numbers per material, from `at`
 * @param keyShare share of the key light that arrives, 0..1
 * @param openShare share of sky and ground that is not hidden by things nearby, 0..1
 */
export function addSurfaceLight(
  rgb: Float64Array,
  ray: Float64Array,
  normals: Float64Array,
  materials: Float64Array,
  at: number,
  lighting: Lighting,
  keyShare: number,
  openShare: number,
): void {
  const nx = normals[3];
  const ny = normals[4];
  const nz = normals[5];
  const vx = -ray[3];
  const vy = -ray[4];
  const vz = -ray[5];
  const roughness = materials[at + 3];
  const metalness = materials[at + 4];
  const { towardKey, key, sky, ground } = lighting;
  const lx = towardKey[0];
  const ly = towardKey[1];
  const lz = towardKey[2];
  const facing = nx * vx + ny * vy + nz * vz;
  const nv = Math.max(facing, 0.02);
  const nl = nx * lx + ny * ly + nz * lz;
  const up = 0.5 + 0.5 * nz;
  const around = (ground + (sky - ground) * up) * openShare;

  // What a mirror would show of the room, and how much of it this surface mirrors.
  const reflectedZ = 2 * facing * nz - vz;
  const room = roomLight(reflectedZ, lighting) * openShare;
  const grazing = 1 - nv;
  const grazing2 = grazing * grazing;
  const fresnel = grazing2 * grazing2 * grazing * (1 - roughness) * (1 - roughness);
  const mirrored = 1 - 0.6 * roughness;

  let direct = 0;
  let gloss = 0;
  let glossFresnel = 0;
  if (nl > TERMINATOR && keyShare > 0) {
    direct = ((key * (nl - TERMINATOR)) / (1 - TERMINATOR)) * keyShare;
    const hx = lx + vx;
    const hy = ly + vy;
    const hz = lz + vz;
    const inverse = 1 / Math.sqrt(hx * hx + hy * hy + hz * hz);
    const nh = (nx * hx + ny * hy + nz * hz) * inverse;
    const vh = (vx * hx + vy * hy + vz * hz) * inverse;
    const alpha = roughness * roughness;
    const spread = nh * nh * (alpha * alpha - 1) + 1;
    const k = alpha / 2;
    const seen = 0.25 / ((nl * (1 - k) + k) * (nv * (1 - k) + k));
    gloss = ((alpha * alpha) / (spread * spread)) * seen * direct;
    const away = 1 - vh;
    const away2 = away * away;
    glossFresnel = away2 * away2 * away;
  }
  const diffuse = (direct + around) * (1 - metalness);
  for (let channel = 0; channel < 3; channel++) {
    const colour = materials[at + channel];
    const straight = 0.04 + (colour - 0.04) * metalness;
    rgb[channel] +=
      colour * diffuse +
      gloss * (straight + (1 - straight) * glossFresnel) +
      room * mirrored * (straight + (1 - straight) * fresnel);
  }
}

/** Brightness of the room in a mirrored direction: dark floor, bright ceiling with a soft edge at eye height. */
function roomLight(z: number, lighting: Lighting): number {
  const t = z * 1.6 + 0.5;
  const s = t < 0 ? 0 : t > 1 ? 1 : t * t * (3 - 2 * t);
  return lighting.ground + (lighting.sky * 1.8 - lighting.ground) * s;
}
