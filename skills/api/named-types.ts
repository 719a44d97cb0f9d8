// Owns the value types that policy code and robot exchange: one zod schema each, with the name and the words under which
// documentation and declarations show it. Must never know how a value is computed.
//
// Frames and units: metres, radians, newtons, seconds; the base frame of arm 0; quaternions wxyz.

import { z } from 'zod';
import { FRANKA_HAND_LIMITS } from '../../sim/robots/panda/limits.ts';
import { quatNormalize } from '../../sim/spatial.ts';

/** A quaternion further than this from unit length is a mistake, not rounding. */
const UNIT_LENGTH_TOLERANCE = 1e-3;

export const vec3Schema = z.tuple([z.number(), z.number(), z.number()]);

export const quatSchema = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .transform((q, context): [number, number, number, number] => {
    const norm = Math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
    if (Math.abs(norm - 1) > UNIT_LENGTH_TOLERANCE) {
      context.addIssue({
        code: 'custom',
        message: `must be a unit quaternion in the order w, x, y, z, but its length is ${Number(norm.toPrecision(6))}`,
      });
      return z.NEVER;
    }
    const [w, x, y, z_] = quatNormalize(q);
    return [w, x, y, z_];
  });

export const poseSchema = z.strictObject({ position: vec3Schema, quatWxyz: quatSchema });

/** One-armed robots have only the left arm, so that a program may name it and still run on both kinds. */
const armOptionSchemas = {
  1: z.strictObject({ arm: z.literal('left').optional() }),
  2: z.strictObject({ arm: z.enum(['left', 'right']).optional() }),
} as const;

export type Arms = 1 | 2;

export function armOptionSchema(arms: Arms): (typeof armOptionSchemas)[1 | 2] {
  return armOptionSchemas[arms];
}

export const motionResultSchema = z.strictObject({
  reached: z.boolean(),
  positionErrorM: z.number(),
  rotationErrorRad: z.number(),
  durationS: z.number(),
  reason: z.enum(['reached', 'stopped', 'not-reached', 'object-lost', 'fault']),
});

export const gripperResultSchema = z.strictObject({ widthM: z.number(), holding: z.boolean() });

/** The opening of the hand and the force of its fingers, as the programs may ask for them. */
export const gripperWidthSchema = z.number().min(0).max(FRANKA_HAND_LIMITS.maxWidthM);
export const gripperForceSchema = z.number().positive().max(FRANKA_HAND_LIMITS.maxForceN);
export const speedScaleSchema = z.number().positive().max(1);

export interface NamedType {
  readonly name: string;
  readonly schema: z.ZodType;
  /** The TypeScript text when the schema alone does not say it well, as labels of a tuple. */
  readonly text?: string;
  readonly doc: string;
}

/** The types of every tier, in the order in which they are documented. */
export const COMMON_TYPES: readonly NamedType[] = [
  {
    name: 'Vec3',
    schema: vec3Schema,
    text: '[x: number, y: number, z: number]',
    doc: 'Three components. Positions are metres in the base frame of the robot: x forward, y left, z up.',
  },
  {
    name: 'Quat',
    schema: quatSchema,
    text: '[w: number, x: number, y: number, z: number]',
    doc: 'Unit quaternion in the order w, x, y, z. A tool that points straight down is [0, 1, 0, 0].',
  },
  { name: 'Pose', schema: poseSchema, doc: 'Position in metres and orientation.' },
  {
    name: 'MotionResult',
    schema: motionResultSchema,
    doc: 'How a motion ended: errors between commanded and measured fingertip (metres, radians), duration in seconds.',
  },
  {
    name: 'GripperResult',
    schema: gripperResultSchema,
    doc: 'Measured opening in metres, and whether something is held between the fingers.',
  },
];

/** The option that chooses an arm, as a named type. */
export function armOptionType(arms: Arms): NamedType {
  const doc = arms === 1 ? 'This robot has one arm, the left one.' : "Which arm; 'left' unless given.";
  return { name: 'ArmOption', schema: armOptionSchemas[arms], doc };
}
