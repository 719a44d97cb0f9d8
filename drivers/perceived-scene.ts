// Owns what a cell is believed to contain after a look around it: surfaces, things, marks, the arms as they report
// themselves, and the looks it was all read from. Plain data that crosses between processes. Must never hold anything
// that a camera or the robot itself could not have told.
//
// Frames and units: metres, radians, newtons, seconds; poses in the base frame of arm 0; quaternions wxyz; colours sRGB 0..1.

import { z } from 'zod';

const finite = z.number().finite();
export const vec3Schema = z.tuple([finite, finite, finite]).readonly();
const quat = z.tuple([finite, finite, finite, finite]).readonly();
const pose = z.object({ position: vec3Schema, quatWxyz: quat }).readonly();
const positive = finite.positive();
const size = z.tuple([positive, positive, positive]).readonly();

const shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('box'), size }).readonly(),
  z.object({ kind: z.literal('cylinder'), radiusM: positive, heightM: positive }).readonly(),
  z.object({ kind: z.literal('sphere'), radiusM: positive }).readonly(),
]);

/** One convex piece of a thing, where it is. */
const solidSchema = z
  .object({
    shape,
    pose,
    colorSrgb: vec3Schema,
    /** The place on the thing that this piece is, by the name in `places`. */
    place: z.string().optional(),
  })
  .readonly();

/** Something that was seen to stand in the cell. */
const thingSchema = z
  .object({
    /** What it looks like, with a number where two look the same: "red cube", "red cube (2)". */
    name: z.string(),
    /** Form that was measured. */
    form: z.enum(['box', 'round', 'ball', 'open', 'irregular']),
    /** The box around it, z up. */
    pose,
    size,
    /** Deviation of what was seen from the form it was taken for, metres. */
    uncertaintyM: finite,
    solids: z.array(solidSchema).min(1).readonly(),
    /** Named spots on it, as "orange handle". */
    places: z.array(z.object({ name: z.string(), pose, size }).readonly()).readonly(),
    /** The hand it is in. */
    heldBy: z.enum(['left', 'right']).optional(),
  })
  .readonly();
export type PerceivedThing = z.infer<typeof thingSchema>;
export type PerceivedSolid = z.infer<typeof solidSchema>;

/** A level surface things stand on, as a slab below its top. */
const supportSchema = z.object({ name: z.string(), pose, size, colorSrgb: vec3Schema }).readonly();
export type PerceivedSupport = z.infer<typeof supportSchema>;

/** Something flat on a surface: a spill, or ink. */
const marksSchema = z
  .object({
    name: z.string(),
    on: z.string(),
    diameterM: positive,
    colorSrgb: vec3Schema,
    points: z.array(z.tuple([finite, finite]).readonly()).readonly(),
  })
  .readonly();
export type PerceivedMarks = z.infer<typeof marksSchema>;

/** One look of one camera, as `Observation` has it. */
export const observationSchema = z
  .object({
    camera: z.string(),
    width: z.int().positive(),
    height: z.int().positive(),
    colorSrgb: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes'),
    depthM: z.custom<Float32Array>((value) => value instanceof Float32Array, 'an array of float32'),
    intrinsics: z.object({ fx: finite, fy: finite, cx: finite, cy: finite }).readonly(),
    worldFromCamera: pose,
    timeS: finite,
  })
  .readonly();

export const perceivedSceneSchema = z
  .object({
    supports: z.array(supportSchema).readonly(),
    things: z.array(thingSchema).readonly(),
    marks: z.array(marksSchema).readonly(),
    /** What words of the task name, where they name one thing in sight: words, and the name it has here. */
    meant: z.array(z.object({ words: z.string(), name: z.string() }).readonly()).readonly(),
    /** Left, then right where there is one. */
    arms: z
      .array(
        z
          .object({
            jointPositionsRad: z.array(finite).length(7).readonly(),
            gripperWidthM: finite,
            holding: z.boolean(),
          })
          .readonly(),
      )
      .readonly(),
    /** The looks, the scene camera's first. */
    looks: z.array(observationSchema).readonly(),
    /** Robot time, seconds. */
    timeS: finite,
  })
  .readonly();

export type PerceivedScene = z.infer<typeof perceivedSceneSchema>;
