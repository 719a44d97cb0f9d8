// Owns the definition of every low-level function, those of tiers S3 and S4: signature, words, risk, errors. The names
// are DESIGN.md §4's. Must never know how a function is carried out.

import { z } from 'zod';
import type { ApiErrorCase, ApiFunction, Tier } from './definition.ts';
import { motionErrors, notFound, perceptionDown, unsure } from './functions.ts';
import {
  type Arms,
  armOptionSchema,
  motionResultSchema,
  poseSchema,
  quatSchema,
  speedScaleSchema,
  vec3Schema,
} from './named-types.ts';
import {
  boxSchema,
  graspSchema,
  jointsSchema,
  maskSchema,
  motionPlanSchema,
  observationIdSchema,
  observationSchema,
  pointListSchema,
  robotStateSchema,
  servoReportSchema,
} from './perception-types.ts';

const LOW: readonly Tier[] = ['S3', 'S4'];

const phraseSchema = z.string().min(1).max(200);

const unknownObservation: ApiErrorCase = {
  code: 'UNKNOWN_OBSERVATION',
  stage: 'code',
  when: 'no kept picture has this id',
  hint: 'Pass the `id` of an observation of this block; the last 16 are kept.',
};
const emptyMask: ApiErrorCase = {
  code: 'EMPTY_MASK',
  stage: 'perception',
  when: 'the mask has no pixels, or none with a measured depth',
  hint: 'Check the mask before using it; another camera may see the thing better.',
};
const unreachable = motionErrors.filter(({ code }) => code === 'UNREACHABLE');

/** Robot time one servo call lets pass, and how long its target is good for, unless the program says otherwise. */
export const SERVO_PERIOD_S = 0.02;
export const SERVO_LEASE_S = 0.2;

/** The functions of tiers S3 and S4 beside those every tier has, as a robot with this number of arms has them. */
export function lowLevelFunctions(arms: Arms): readonly ApiFunction[] {
  const armOption = armOptionSchema(arms);
  const speed = { speedScale: speedScaleSchema.optional() };
  const servo = {
    periodS: z.number().min(0.01).max(0.5).optional(),
    leaseS: z.number().min(0.02).max(2).optional(),
    ...speed,
  };
  return [
    {
      name: 'getObservation',
      tiers: LOW,
      risk: 'look',
      summary: 'Takes a fresh picture with depth.',
      details: `The cameras are ${arms === 1 ? '"scene" and "wrist"' : '"scene", "wrist" (left arm) and "right wrist"'}. It shows the moment it was taken: after anything has moved, take another.`,
      parameters: [
        {
          name: 'options',
          schema: z.strictObject({ camera: z.string().max(40).optional(), color: z.boolean().optional() }).optional(),
          doc: 'camera: "scene" unless given; color: true adds colorSrgb.',
        },
      ],
      result: { schema: observationSchema, doc: 'The picture; its `id` is what the functions below take.' },
      errors: [
        {
          code: 'UNKNOWN_CAMERA',
          stage: 'code',
          when: 'there is no camera of this name',
          hint: 'Use one of the names the message lists.',
        },
        perceptionDown,
      ],
      example: "const look = await getObservation({ camera: 'scene' });\nconsole.log(look.width, look.height);",
    },
    {
      name: 'segmentText',
      tiers: LOW,
      risk: 'look',
      summary: 'Finds the pixels of what a phrase names.',
      details:
        'Colour and shape words are understood, and one of left, right, nearest, farthest, largest, smallest, highest, lowest: ' +
        '"red cube", "left blue bowl", "handle of the green pot". The masks belong to this observation only.',
      parameters: [
        { name: 'observationId', schema: observationIdSchema, doc: 'The `id` of an observation.' },
        { name: 'phrase', schema: phraseSchema, doc: 'What to find: one thing, by colour and shape.' },
        {
          name: 'options',
          schema: z.strictObject({ all: z.boolean().optional() }).optional(),
          doc: 'all: true returns every candidate instead of throwing UNSURE.',
        },
      ],
      result: { schema: z.array(maskSchema), doc: 'Masks, best first; at least one.' },
      errors: [notFound, unsure, unknownObservation, perceptionDown],
      example:
        "const view = await getObservation();\nconst [cube] = await segmentText(view.id, 'red cube');\nconsole.log(cube.score, cube.pixels.length);",
    },
    {
      name: 'segmentPoint',
      tiers: LOW,
      risk: 'look',
      summary: 'Finds the pixels of the thing seen at one pixel.',
      details: 'u counts columns from the left, v rows from the top, in pixels of that picture.',
      parameters: [
        { name: 'observationId', schema: observationIdSchema, doc: 'The `id` of an observation.' },
        { name: 'u', schema: z.number(), doc: 'Column, 0 to width - 1.' },
        { name: 'v', schema: z.number(), doc: 'Row, 0 to height - 1.' },
      ],
      result: { schema: maskSchema, doc: 'The mask.' },
      errors: [notFound, unknownObservation, perceptionDown],
    },
    {
      name: 'pointAt',
      tiers: LOW,
      risk: 'look',
      summary: 'Gives one pixel of what a phrase names.',
      details: 'The pixel lies well inside the thing; segmentPoint turns it into a mask.',
      parameters: [
        { name: 'observationId', schema: observationIdSchema, doc: 'The `id` of an observation.' },
        { name: 'phrase', schema: phraseSchema, doc: 'What to point at.' },
      ],
      result: {
        schema: z.strictObject({ u: z.number(), v: z.number(), score: z.number() }),
        doc: 'Column and row of the pixel, and how sure the answer is.',
      },
      errors: [notFound, unsure, unknownObservation, perceptionDown],
    },
    {
      name: 'maskPoints',
      tiers: LOW,
      risk: 'look',
      summary: 'Turns the pixels of a mask into points in the base frame, outliers removed.',
      details: 'At most maxPoints of them, spread evenly; only what the camera sees.',
      parameters: [
        { name: 'observationId', schema: observationIdSchema, doc: 'The observation the mask belongs to.' },
        { name: 'mask', schema: maskSchema, doc: 'From segmentText or segmentPoint.' },
        {
          name: 'options',
          schema: z.strictObject({ maxPoints: z.number().int().min(1).max(20_000).optional() }).optional(),
          doc: 'maxPoints: 2000 unless given.',
        },
      ],
      result: { schema: pointListSchema, doc: 'Points in metres.' },
      errors: [emptyMask, unknownObservation],
      example:
        "const shot = await getObservation();\nconst [mask] = await segmentText(shot.id, 'red cube');\n" +
        'const box = await orientedBoundingBox(await maskPoints(shot.id, mask));\nconsole.log(box.position, box.extent);',
    },
    {
      name: 'supportHeight',
      tiers: LOW,
      risk: 'look',
      summary: 'Gives the height of what a seen thing stands on, from the depth around its mask.',
      details:
        'The z of the surface in the base frame. What is held stands on nothing: measure before you take hold of it.',
      parameters: [
        { name: 'observationId', schema: observationIdSchema, doc: 'The observation the mask belongs to.' },
        { name: 'mask', schema: maskSchema, doc: 'From segmentText or segmentPoint.' },
      ],
      result: { schema: z.number(), doc: 'Height in metres.' },
      errors: [
        emptyMask,
        unknownObservation,
        {
          code: 'NO_SUPPORT',
          stage: 'perception',
          when: 'no level surface is in sight around the mask',
          hint: 'Look with another camera.',
        },
      ],
    },
    {
      name: 'orientedBoundingBox',
      tiers: LOW,
      risk: 'look',
      summary: 'Fits a box around points.',
      details:
        'The box stands upright unless free is true. A camera does not see undersides: give supportHeightM, and the box reaches ' +
        'down to it. Its top is at position[2] + extent[2] / 2; extent holds full side lengths along the axes of the box.',
      parameters: [
        {
          name: 'points',
          schema: pointListSchema.min(4),
          doc: 'At least four points in metres, as maskPoints gives them.',
        },
        {
          name: 'options',
          schema: z.strictObject({ free: z.boolean().optional(), supportHeightM: z.number().optional() }).optional(),
          doc: 'free: fit in any orientation; supportHeightM: height of what the thing stands on.',
        },
      ],
      result: { schema: boxSchema, doc: 'Centre, orientation (right-handed), full side lengths.' },
      errors: [
        {
          code: 'NO_BOX',
          stage: 'perception',
          when: 'the points are too few or all in one place',
          hint: 'Use more points of one thing.',
        },
      ],
    },
    {
      name: 'planGrasp',
      tiers: LOW,
      fingers: true,
      risk: 'look',
      summary: 'Proposes fingertip poses from which closing the gripper takes hold of what a mask shows.',
      details:
        'Best first, checked against everything that picture shows and against the reach of the arm. Go there with planMotion ' +
        'and an approachM of 0.1, fingers open.',
      parameters: [
        { name: 'observationId', schema: observationIdSchema, doc: 'The observation the mask belongs to.' },
        { name: 'mask', schema: maskSchema, doc: 'What to grasp.' },
        { name: 'options', schema: armOption.optional(), doc: 'Which arm will grasp.' },
      ],
      result: { schema: z.array(graspSchema), doc: 'Grasps, best first; at least one.' },
      errors: [
        emptyMask,
        unknownObservation,
        {
          code: 'NO_GRASP',
          stage: 'grasp',
          when: 'the thing is too wide, too hidden or out of reach',
          hint: 'Look from another side, or move what stands in the way.',
        },
      ],
      example:
        "const seen = await getObservation();\nconst [target] = await segmentText(seen.id, 'red cube');\n" +
        'const [grasp] = await planGrasp(seen.id, target);\n' +
        'await executePlan((await planMotion({ pose: { position: grasp.position, quatWxyz: grasp.quatWxyz }, approachM: 0.1 })).id);\n' +
        'const grip = await closeGripper();\nconsole.log(grip.holding);',
    },
    {
      name: 'solveIk',
      tiers: LOW,
      risk: 'look',
      summary: 'Finds joint angles that put the fingertip at a pose.',
      details:
        'Starts from the present posture and stays close to it. Does not look at obstacles; nothing moves. planMotion does both.',
      parameters: [
        { name: 'position', schema: vec3Schema, doc: 'Fingertip target in metres.' },
        { name: 'quatWxyz', schema: quatSchema, doc: 'Orientation of the tool; [0, 1, 0, 0] points straight down.' },
        {
          name: 'options',
          schema: armOption.extend({ seedRad: jointsSchema.optional() }).optional(),
          doc: 'seedRad: posture to start from.',
        },
      ],
      result: { schema: jointsSchema, doc: 'Joint angles in radians.' },
      errors: unreachable,
      example: 'const joints = await solveIk([0.5, 0, 0.2], [0, 1, 0, 0]);\nawait moveToJoints(joints);',
    },
    {
      name: 'moveToJoints',
      tiers: LOW,
      risk: 'move',
      summary: 'Moves the arm to joint angles and returns when it is at rest there.',
      details: 'Goes around everything known, as planMotion does.',
      parameters: [
        { name: 'jointsRad', schema: jointsSchema, doc: 'Seven angles in radians, not degrees, from the base up.' },
        {
          name: 'options',
          schema: armOption.extend(speed).optional(),
          doc: 'speedScale: share of the full speed, in (0, 1].',
        },
      ],
      result: { schema: motionResultSchema, doc: 'How the motion ended; reached is true.' },
      errors: motionErrors,
    },
    {
      name: 'moveArmsToJoints',
      tiers: LOW,
      arms: 2,
      risk: 'move',
      summary: 'Moves both arms at the same time, synchronised, and returns when both are at rest.',
      details: 'Both motions start and end together.',
      parameters: [
        { name: 'leftRad', schema: jointsSchema, doc: 'Seven angles of the left arm, radians.' },
        { name: 'rightRad', schema: jointsSchema, doc: 'Seven angles of the right arm, radians.' },
        {
          name: 'options',
          schema: z.strictObject(speed).optional(),
          doc: 'speedScale: share of the full speed, in (0, 1].',
        },
      ],
      result: { schema: motionResultSchema, doc: 'How the motion ended; the errors are those of the worse arm.' },
      errors: motionErrors,
    },
    {
      name: 'planMotion',
      tiers: LOW,
      risk: 'look',
      summary: 'Looks for a way to a fingertip pose or to joint angles, around everything known; nothing moves.',
      details:
        'approachM: the last stretch is a straight line along the tool axis of this length. Run it with executePlan.',
      parameters: [
        {
          name: 'goal',
          schema: z.union([
            z.strictObject({ pose: poseSchema, approachM: z.number().min(0).max(0.5).optional() }),
            z.strictObject({ jointsRad: jointsSchema }),
          ]),
          doc: 'A fingertip pose, or joint angles.',
        },
        { name: 'options', schema: armOption.optional(), doc: 'Which arm.' },
      ],
      result: { schema: motionPlanSchema, doc: 'The plan; durationS is at full speed.' },
      errors: motionErrors.filter(({ stage }) => stage === 'planning'),
    },
    {
      name: 'executePlan',
      tiers: LOW,
      risk: 'move',
      summary: 'Runs a plan of planMotion and returns when the arm is at rest at its end.',
      details: 'Only the plan made last, once, and before the arm has moved otherwise.',
      parameters: [
        { name: 'planId', schema: z.string().min(1).max(40), doc: 'The `id` of the plan.' },
        {
          name: 'options',
          schema: z.strictObject(speed).optional(),
          doc: 'speedScale: share of the full speed, in (0, 1].',
        },
      ],
      result: { schema: motionResultSchema, doc: 'How the motion ended; reached is true.' },
      errors: [
        ...motionErrors.filter(({ stage }) => stage !== 'planning'),
        {
          code: 'UNKNOWN_PLAN',
          stage: 'code',
          when: 'there is no such plan any more',
          hint: 'Plan again: a plan is gone once it ran or the arm moved otherwise.',
        },
      ],
    },
    {
      name: 'getRobotState',
      tiers: LOW,
      risk: 'look',
      summary: 'Reads one arm: joints, fingertip pose and velocity, force, opening, held or not.',
      details: 'Measured now; nothing moves.',
      parameters: [{ name: 'options', schema: armOption.optional(), doc: 'Which arm.' }],
      result: { schema: robotStateSchema, doc: 'The arm as measured.' },
      errors: [],
      example: 'const state = await getRobotState();\nconsole.log(state.tool.position, state.holding);',
    },
    {
      name: 'servoTo',
      tiers: LOW,
      risk: 'move',
      summary: 'Turns the moving arm towards a fingertip pose, lets one period of robot time pass and returns.',
      details:
        'For feedback loops: call it again before the lease runs out, or the arm brakes to rest by itself. It looks at no ' +
        'obstacles beyond the room the operator allowed.',
      parameters: [
        { name: 'position', schema: vec3Schema, doc: 'Fingertip target in metres, close to where the tool is.' },
        { name: 'quatWxyz', schema: quatSchema, doc: 'Orientation of the tool.' },
        {
          name: 'options',
          schema: armOption.extend(servo).optional(),
          doc: `periodS: robot time until it returns, ${SERVO_PERIOD_S} unless given; leaseS: how long the target is good for, ${SERVO_LEASE_S} unless given.`,
        },
      ],
      result: { schema: servoReportSchema, doc: 'Where the tool is now.' },
      errors: [
        ...unreachable,
        ...motionErrors.filter(({ code }) => code === 'LIMIT_REFUSED' || code === 'OBJECT_LOST'),
      ],
      example:
        'const from = await getRobotState();\nconst [x, y, z] = from.tool.position;\n' +
        'for (let step = 1; step <= 25; step++) {\n  const report = await servoTo([x, y, z + step * 0.002], from.tool.quatWxyz);\n' +
        '  if (report.externalForceN[2] > 10) break;\n}',
    },
    {
      name: 'moveBy',
      tiers: LOW,
      risk: 'move',
      summary: 'Moves the fingertip by an offset in a straight line and returns when it is at rest.',
      details:
        'The orientation stays. frame "tool" takes the offset along the axes of the tool, whose z points out of the hand.',
      parameters: [
        { name: 'offset', schema: vec3Schema, doc: 'Metres.' },
        {
          name: 'options',
          schema: armOption
            .extend({
              frame: z.enum(['base', 'tool']).optional(),
              untilForceN: z.number().positive().max(60).optional(),
              ...speed,
            })
            .optional(),
          doc: 'frame: "base" unless given; untilForceN: stop when the tool is pushed with more than this.',
        },
      ],
      result: { schema: motionResultSchema, doc: 'How the motion ended; reached is false when a force ended it.' },
      errors: motionErrors,
    },
  ];
}
