// Owns the form of a task file: world, layout, instruction, robot and goal as data. Parsing of the text and its error
// messages are in parse-task.ts.

import { z } from 'zod';
import { SHAPE_NAMES } from '../scenes/shapes/registry.ts';
import { goalSchema, objectName } from './goal.ts';

const finite = z.number().finite();
const vec3 = z.tuple([finite, finite, finite]);
const positive = finite.positive();
const size3 = z.tuple([positive.max(2), positive.max(2), positive.max(2)]);
const range = z
  .tuple([finite, finite])
  .refine(([low, high]) => low <= high, { message: 'a range is [low, high] with low <= high' });
const color = z
  .tuple([finite.min(0).max(1), finite.min(0).max(1), finite.min(0).max(1)])
  .describe('red, green, blue from 0 to 1');
const friction = z
  .tuple([finite.min(0), finite.min(0), finite.min(0)])
  .describe('sliding, torsional (m) and rolling (m) friction');

const shape = z.enum(SHAPE_NAMES).default('box').describe('a bowl and a tray are hollow');

/** Names and colours of the places a shape has, by the shape's own word for them, as `handle`. */
const features = z
  .record(z.string(), z.strictObject({ name: objectName, color: color.optional() }))
  .default({})
  .describe('how the parts of this shape are called in programs and goals');

const fixtureSchema = z.strictObject({
  name: objectName,
  shape,
  position: vec3.describe('centre in the base frame of arm 0, metres'),
  yaw: finite.default(0).describe('turn about the vertical, radians'),
  size: size3.describe('full side lengths, metres'),
  color,
  friction: friction.default([1, 0.005, 0.0001]),
  features,
});

const propSchema = z.strictObject({
  name: objectName,
  shape,
  size: z
    .union([size3, z.strictObject({ min: size3, max: size3 })])
    .describe('full side lengths in metres, or the range each side is drawn from'),
  color,
  density: positive.max(20000).default(1000).describe('kg/m^3'),
  friction: friction.default([1, 0.005, 0.0001]),
  features,
});

/** What lies on a surface without any thickness: a spill to wipe off, or the ink of a pen. */
const markSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('spill'),
    name: objectName,
    on: objectName.describe('the fixture it lies on'),
    count: z.number().int().min(1).max(500),
    diameterM: positive.max(0.2),
    color,
    x: range.describe('where the spill may be, base frame, metres'),
    y: range,
  }),
  z.strictObject({
    kind: z.literal('ink'),
    name: objectName,
    on: objectName.describe('the fixture that is drawn on'),
    color,
    diameterM: positive.max(0.05).default(0.004).describe('width of a line'),
    lines: z
      .array(z.array(z.tuple([finite, finite])).min(2))
      .default([])
      .describe('lines that are there from the start, points x, y, metres'),
    shift: z
      .strictObject({ x: range, y: range })
      .default({ x: [0, 0], y: [0, 0] })
      .describe('how far all these lines are moved, drawn per seed'),
  }),
]);

const placementSchema = z.strictObject({
  place: objectName.describe('the prop to place'),
  on: objectName.describe('the fixture or the already placed prop it stands on'),
  x: range.optional().describe('range of the centre, metres; with `on` a prop: offset from its centre'),
  y: range.optional(),
  yaw: range.default([0, 0]).describe('radians'),
  gapM: finite.min(0).max(0.5).default(0.01).describe('least distance to the outline of what was placed before'),
});

const joints = z.array(finite).length(7);

const robotSchema = z.discriminatedUnion('arms', [
  z.strictObject({
    arms: z.literal(1),
    tool: z.enum(['hand', 'pad', 'pen']).default('hand').describe('what the arm works with'),
    startJointsRad: joints.describe('home posture, and middle of the start postures'),
    startNoiseRad: finite.min(0).max(0.2).describe('standard deviation of each start joint'),
  }),
  z.strictObject({
    arms: z.literal(2),
    tool: z.literal('hand').default('hand').describe('what the arms work with'),
    rightBase: z.strictObject({ position: vec3, yaw: finite }).describe("base of the right arm in the left arm's base"),
    startJointsRad: joints.describe('of the left arm'),
    rightStartJointsRad: joints.describe('of the right arm'),
    startNoiseRad: finite.min(0).max(0.2).describe('standard deviation of each start joint'),
  }),
]);

const sensorsSchema = z.strictObject({
  light: range.default([0.5, 1.5]).describe('brightness of the light, drawn per seed; 1 is as designed'),
  noise: z.enum(['off', 'typical']).default('typical').describe('noise and holes of an ordinary depth camera'),
  distractors: z
    .number()
    .int()
    .min(0)
    .max(6)
    .default(0)
    .describe('things of the same colours and other shapes that stand about'),
});

/** Another goal in the same scene: what `--perturb task` asks for. */
const variantSchema = z.strictObject({ instruction: z.string().min(1).max(400), goal: goalSchema });

export const taskSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'a task name is lower-case words joined by hyphens'),
  version: z
    .number()
    .int()
    .min(1)
    .describe('raise it when the task changes: results of two versions are not comparable'),
  instruction: z.string().min(1).max(400).describe('what is to be done, as said to the writer of the program'),
  rewordings: z.array(z.string().min(1).max(400)).default([]).describe('the same instruction in other words'),
  api: z.enum(['arm', 'tabletop', 'drawing', 'cart-pole']).default('arm').describe('the functions programs may call'),
  robot: robotSchema,
  world: z.strictObject({
    fixtures: z.array(fixtureSchema).min(1).describe('what never moves, the table among it'),
    props: z.array(propSchema).describe('what can be moved'),
    marks: z.array(markSchema).default([]).describe('what lies on a surface without any thickness'),
  }),
  layout: z.array(placementSchema).describe('where each prop begins, in the order in which they are placed'),
  physics: z.strictObject({ gravityMPerS2: finite.min(0).max(30).default(9.81) }).default({ gravityMPerS2: 9.81 }),
  sensors: sensorsSchema.default({ light: [0.5, 1.5], noise: 'typical', distractors: 0 }),
  goal: goalSchema.describe('what must hold at the end, when everything rests'),
  variants: z.array(variantSchema).default([]).describe('other goals in the same scene'),
  maxRobotTimeS: positive.max(3600).describe('robot time a program may take, seconds'),
});

export type Task = z.infer<typeof taskSchema>;
