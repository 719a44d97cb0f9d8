// Owns the definition of every high-level function: signature, words, risk, errors. The agreement is DESIGN.md §4.
// Must never know how a function is carried out.

import { z } from 'zod';
import type { ApiErrorCase, ApiFunction, Tier } from './definition.ts';
import {
  type Arms,
  armOptionSchema,
  gripperForceSchema,
  gripperResultSchema,
  gripperWidthSchema,
  motionResultSchema,
  poseSchema,
  quatSchema,
  speedScaleSchema,
  vec3Schema,
} from './named-types.ts';

/** Longest wait of one call, seconds: longer pauses hide a program that hangs. */
const MAX_SLEEP_S = 60;
const MAX_SAY_LENGTH = 2000;
/** An approach longer than this leaves the arm's reach on nearly every target, metres. */
const MAX_APPROACH_M = 0.5;

const EVERY_TIER: readonly Tier[] = ['S1', 'S2', 'S3', 'S4'];

const objectNameSchema = z.string().min(1).max(200);

/** Every function may refuse its arguments; printed once, not per function. */
export const INVALID_ARGUMENT: ApiErrorCase = {
  code: 'INVALID_ARGUMENT',
  stage: 'code',
  when: 'an argument has the wrong type, length or range',
  hint: 'Correct the argument the message names.',
};

const unknownObject: ApiErrorCase = {
  tiers: ['S1'],
  code: 'UNKNOWN_OBJECT',
  stage: 'perception',
  when: 'nothing in the scene has this name',
  hint: 'Use one of the names the message lists.',
};

/** How looking for something by a phrase can fail. */
export const notFound: ApiErrorCase = {
  code: 'NOT_FOUND',
  stage: 'perception',
  when: 'nothing in the picture fits the phrase',
  hint: 'Use colour and shape words, look with another camera, or move the arm out of the view.',
};
export const unsure: ApiErrorCase = {
  code: 'UNSURE',
  stage: 'perception',
  when: 'several things fit equally well; the message says where they are',
  hint: 'Say more about the thing: its colour, its shape, or "left", "nearest", "largest".',
};
export const perceptionDown: ApiErrorCase = {
  code: 'PERCEPTION_DOWN',
  stage: 'perception',
  when: 'the detector or its model server cannot be asked',
  hint: 'Nothing to do in the program: the operator has to start the server.',
};
/** An error of the tier that looks. */
export const seen = (error: ApiErrorCase): ApiErrorCase => ({ ...error, tiers: ['S2'] });
const findErrors = [unknownObject, seen(notFound), seen(unsure), seen(perceptionDown)];

export const motionErrors: readonly ApiErrorCase[] = [
  {
    code: 'UNREACHABLE',
    stage: 'planning',
    when: 'no joint position inside the limits puts the fingertip there; nothing moved',
    hint: 'Choose a target closer to the robot or another orientation.',
  },
  {
    code: 'PATH_BLOCKED',
    stage: 'planning',
    when: 'the way there passes through the table, an object or the arm itself; nothing moved',
    hint: 'Go over a higher point first, or approach from straight above.',
  },
  {
    code: 'LIMIT_REFUSED',
    stage: 'limit',
    when: 'the safety gate refuses the motion; nothing moved',
    hint: 'Stay inside the workspace and speed the message names.',
  },
  {
    code: 'NOT_REACHED',
    stage: 'motion',
    when: 'the arm moved but ended away from the target; it is at rest, `result` says by how much',
    hint: 'Something stood in the way: look again before the next motion.',
  },
  {
    code: 'OBJECT_LOST',
    stage: 'grasp',
    when: 'the held object slipped out of the fingers on the way; the arm is at rest',
    hint: 'Find the object again and grasp it closer to its middle.',
  },
];

/** The functions of tiers S1 and S2, as a robot with this number of arms has them. */
export function highLevelFunctions(arms: Arms): readonly ApiFunction[] {
  const armOption = armOptionSchema(arms);
  return [
    {
      name: 'getObjectPose',
      tiers: ['S1', 'S2'],
      risk: 'look',
      summary: 'Finds an object and returns its centre, orientation and size.',
      details:
        'position is the centre of the object; extent holds its full side lengths along its own axes. The result is a ' +
        'copy: after the object has moved, ask again.',
      parameters: [
        { name: 'name', schema: objectNameSchema, doc: 'What to look for, as in the task: "red cube".' },
        { name: 'options', schema: armOption.optional(), doc: 'Which arm looks.' },
      ],
      result: {
        schema: z.strictObject({ position: vec3Schema, quatWxyz: quatSchema, extent: vec3Schema }),
        doc: 'Centre in metres, orientation, full side lengths in metres.',
      },
      errors: findErrors,
      example: "const cube = await getObjectPose('red cube');\nconsole.log(cube.position, cube.extent);",
    },
    {
      name: 'sampleGraspPose',
      tiers: ['S1', 'S2'],
      fingers: true,
      risk: 'look',
      summary: 'Proposes a fingertip pose from which closing the gripper takes hold of an object.',
      details:
        'The pose is a target for gotoPose. widthM is the opening the object needs between the fingers; score in 0..1 ' +
        'says how sure the proposal is. It does not check that the arm can get there.',
      parameters: [
        { name: 'name', schema: objectNameSchema, doc: 'The object to grasp, as in the task.' },
        { name: 'options', schema: armOption.optional(), doc: 'Which arm will grasp.' },
      ],
      result: {
        schema: z.strictObject({
          position: vec3Schema,
          quatWxyz: quatSchema,
          widthM: z.number(),
          score: z.number(),
        }),
        doc: 'Fingertip pose, opening in metres, score 0..1.',
      },
      errors: [
        ...findErrors,
        {
          code: 'NO_GRASP',
          stage: 'grasp',
          when: 'the object is too wide or too hidden to be held',
          hint: 'Choose a pose yourself from getObjectPose, or move what stands in the way.',
        },
      ],
      example:
        "const grasp = await sampleGraspPose('red cube');\nawait openGripper();\n" +
        'await gotoPose(grasp.position, grasp.quatWxyz, { zApproach: 0.1 });\nawait closeGripper();',
    },
    {
      name: 'gotoPose',
      tiers: ['S1', 'S2'],
      risk: 'move',
      summary: 'Moves the fingertip to a pose and returns when the arm is at rest there.',
      details:
        'The target is the centre between the fingertips. With zApproach the arm first goes to the point that far ' +
        'behind the target along the tool axis (above it, for a tool that points down), then straight in. The motion ' +
        'is planned around the table and the known objects; a blocked way is an error, not a collision.',
      parameters: [
        { name: 'position', schema: vec3Schema, doc: 'Fingertip target in metres.' },
        { name: 'quatWxyz', schema: quatSchema, doc: 'Orientation of the tool; [0, 1, 0, 0] points straight down.' },
        {
          name: 'options',
          schema: armOption
            .extend({
              zApproach: z.number().min(0).max(MAX_APPROACH_M).optional(),
              speedScale: speedScaleSchema.optional(),
            })
            .optional(),
          doc: 'zApproach: approach distance in metres, 0 unless given; speedScale: share of the full speed, in (0, 1].',
        },
      ],
      result: { schema: motionResultSchema, doc: 'How the motion ended; reached is true.' },
      errors: motionErrors,
      example:
        "const cube = await getObjectPose('red cube');\nawait gotoPose(cube.position, [0, 1, 0, 0], { zApproach: 0.1 });",
    },
    {
      name: 'gotoPoses',
      tiers: ['S1', 'S2'],
      arms: 2,
      risk: 'move',
      summary: 'Moves both fingertips at the same time, synchronised, and returns when both arms are at rest.',
      details: 'Both motions start and end together. Use it to carry one object with two hands.',
      parameters: [
        { name: 'left', schema: poseSchema, doc: 'Fingertip target of the left arm.' },
        { name: 'right', schema: poseSchema, doc: 'Fingertip target of the right arm.' },
        {
          name: 'options',
          schema: z.strictObject({ speedScale: speedScaleSchema.optional() }).optional(),
          doc: 'speedScale: share of the full speed, in (0, 1].',
        },
      ],
      result: { schema: motionResultSchema, doc: 'How the motion ended; the errors are those of the worse arm.' },
      errors: motionErrors,
    },
    {
      name: 'openGripper',
      tiers: EVERY_TIER,
      fingers: true,
      risk: 'grip',
      summary: 'Opens the fingers and returns when they are at rest.',
      details: 'Opens fully (0.08 m) unless a width is given. A held object is let go where it is.',
      parameters: [
        {
          name: 'options',
          schema: armOption.extend({ widthM: gripperWidthSchema.optional() }).optional(),
          doc: 'widthM: opening between the fingers, 0 to 0.08 m.',
        },
      ],
      result: { schema: gripperResultSchema, doc: 'Measured opening; holding is false once the object is free.' },
      errors: [
        {
          tiers: ['S1'],
          code: 'DROPPED',
          stage: 'placement',
          when: 'letting go made the object fall more than 2 cm; the gripper is open',
          hint: 'Before opening, lower the object until it stands.',
        },
      ],
    },
    {
      name: 'closeGripper',
      tiers: EVERY_TIER,
      fingers: true,
      risk: 'grip',
      summary: 'Closes the fingers until they meet something, and returns when they are at rest.',
      details: 'Closing on nothing is no error: look at `holding` of the result.',
      parameters: [
        {
          name: 'options',
          schema: armOption.extend({ forceN: gripperForceSchema.optional() }).optional(),
          doc: 'forceN: force of the fingers in newtons, up to 70.',
        },
      ],
      result: { schema: gripperResultSchema, doc: 'Measured opening, and whether something is held.' },
      errors: motionErrors.filter(({ code }) => code === 'LIMIT_REFUSED'),
      example:
        "const grip = await closeGripper();\nif (!grip.holding) throw new Error('nothing between the fingers');\nconsole.log(grip.widthM);",
    },
    {
      name: 'homePose',
      tiers: EVERY_TIER,
      risk: 'move',
      summary: 'Moves the arm to its home posture and returns when it is at rest.',
      details: 'The hand ends above the middle of the table, pointing down, clear of the objects.',
      parameters: [{ name: 'options', schema: armOption.optional(), doc: 'Which arm.' }],
      result: { schema: motionResultSchema, doc: 'How the motion ended.' },
      errors: motionErrors,
    },
    {
      name: 'say',
      tiers: EVERY_TIER,
      risk: 'say',
      summary: 'Tells the operator something.',
      details: 'The text is shown and recorded; nothing moves.',
      parameters: [{ name: 'text', schema: z.string().min(1).max(MAX_SAY_LENGTH), doc: 'What to tell, plain text.' }],
      result: null,
      errors: [],
    },
    {
      name: 'sleep',
      tiers: EVERY_TIER,
      risk: 'wait',
      summary: 'Lets robot time pass while the arm holds still.',
      details: 'Use it to let a falling or swinging object settle.',
      parameters: [
        {
          name: 'seconds',
          schema: z.number().min(0).max(MAX_SLEEP_S),
          doc: `Robot time in seconds, 0 to ${MAX_SLEEP_S}.`,
        },
      ],
      result: null,
      errors: [],
    },
  ];
}
