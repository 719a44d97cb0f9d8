// Owns the value types of seeing and low-level motion that programs of tiers S3 and S4 exchange with the robot: one zod
// schema each, with the name and the words under which documentation and declarations show it.
//
// Frames and units: metres, radians, newtons, seconds; the base frame of arm 0; quaternions wxyz; camera axes as OpenCV's
// (x right, y down, z forward); pixels count from the top left corner.

import { z } from 'zod';
import { type NamedType, poseSchema, quatSchema, vec3Schema } from './named-types.ts';

const MAX_POINTS = 20_000;

/** A long list of numbers; walking it once is a tenth of the price of a schema per entry. */
const numberList = z.custom<number[]>(
  (value) => Array.isArray(value) && value.every((entry) => Number.isFinite(entry)),
  { message: 'must be a list of finite numbers' },
);

export const jointsSchema = z.array(z.number()).length(7);

export const intrinsicsSchema = z.strictObject({
  width: z.number(),
  height: z.number(),
  fx: z.number(),
  fy: z.number(),
  cx: z.number(),
  cy: z.number(),
});

export const observationIdSchema = z.string().min(1).max(40);

export const observationSchema = z.strictObject({
  id: z.string(),
  camera: z.string(),
  width: z.number(),
  height: z.number(),
  depthM: numberList,
  colorSrgb: numberList.optional(),
  intrinsics: intrinsicsSchema,
  worldFromCamera: poseSchema,
  timeS: z.number(),
});

export const maskSchema = z.strictObject({
  label: z.string().max(200),
  score: z.number(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  pixels: numberList,
  observationId: z.string().max(40).optional(),
});

export const pointListSchema = z.array(vec3Schema).max(MAX_POINTS);

export const graspSchema = z.strictObject({
  position: vec3Schema,
  quatWxyz: quatSchema,
  widthM: z.number(),
  score: z.number(),
});

export const boxSchema = z.strictObject({ position: vec3Schema, quatWxyz: quatSchema, extent: vec3Schema });

export const robotStateSchema = z.strictObject({
  jointsRad: jointsSchema,
  tool: poseSchema,
  toolVelocityMPerS: vec3Schema,
  externalForceN: vec3Schema,
  widthM: z.number(),
  holding: z.boolean(),
  timeS: z.number(),
});

export const motionPlanSchema = z.strictObject({
  id: z.string(),
  durationS: z.number(),
  waypoints: z.array(jointsSchema),
});

export const servoReportSchema = z.strictObject({
  reason: z.enum(['tracking', 'arrived', 'expired']),
  positionErrorM: z.number(),
  rotationErrorRad: z.number(),
  tool: poseSchema,
  externalForceN: vec3Schema,
});

export const LOW_LEVEL_TYPES: readonly NamedType[] = [
  { name: 'Joints', schema: jointsSchema, text: 'number[]', doc: 'Seven joint angles in radians, from the base up.' },
  {
    name: 'NumberList',
    schema: numberList,
    text: 'number[]',
    doc: 'A long list of numbers, row by row from the top left pixel.',
  },
  {
    name: 'Intrinsics',
    schema: intrinsicsSchema,
    doc: 'Pinhole camera in pixels: u = fx * x / z + cx, v = fy * y / z + cy, with x right, y down, z forward.',
  },
  {
    name: 'Observation',
    schema: observationSchema,
    doc: 'One look of one camera. depthM: metres along the optical axis, 0 where nothing was measured. worldFromCamera: the camera in the base frame. colorSrgb (0 to 255, red green blue per pixel) only when asked for.',
  },
  {
    name: 'Mask',
    schema: maskSchema,
    doc: 'The pixels of one thing: row-major indices (row * width + column), ascending; box is [u0, v0, u1, v1]. observationId: the observation it belongs to.',
  },
  {
    name: 'Grasp',
    schema: graspSchema,
    doc: 'A fingertip pose from which closing the gripper takes hold; widthM is the opening needed, score is 0 to 1.',
  },
  {
    name: 'Box',
    schema: boxSchema,
    doc: 'A box with its centre, orientation and full side lengths along its own axes (metres).',
  },
  {
    name: 'RobotState',
    schema: robotStateSchema,
    doc: 'One arm as measured; externalForceN is what the tool is pushed with, in the base frame.',
  },
  {
    name: 'MotionPlan',
    schema: motionPlanSchema,
    doc: 'A way that was found and is free; it is gone once it ran or the arm moved otherwise.',
  },
  {
    name: 'ServoReport',
    schema: servoReportSchema,
    doc: "How far the tool still is from the target. 'expired': an earlier target had run out, the arm had stopped.",
  },
];
