// Owns the form of a task file: world, layout, instruction, robot and goal as data. Parsing of the text and its error
// messages are in parse-task.ts.

import { z } from 'zod';

const finite = z.number().finite();
const vec3 = z.tuple([finite, finite, finite]);
const positive = finite.positive();
const size3 = z.tuple([positive.max(2), positive.max(2), positive.max(2)]);
const range = z
  .tuple([finite, finite])
  .refine(([low, high]) => low <= high, { message: 'a range is [low, high] with low <= high' });
const objectName = z
  .string()
  .regex(/^[a-z][a-z0-9 -]{0,39}$/, 'names are lower-case words of letters, digits, spaces and hyphens');
const color = z.tuple([finite.min(0).max(1), finite.min(0).max(1), finite.min(0).max(1)]);
const friction = z
  .tuple([finite.min(0), finite.min(0), finite.min(0)])
  .describe('sliding, torsional (m) and rolling (m) friction');

const fixtureSchema = z.strictObject({
  name: objectName,
  position: vec3.describe('centre in the base frame of arm 0, metres'),
  size: size3.describe('full side lengths, metres'),
  color,
  friction: friction.default([1, 0.005, 0.0001]),
});

const propSchema = z.strictObject({
  name: objectName,
  shape: z.literal('box'),
  size: z
    .union([size3, z.strictObject({ min: size3, max: size3 })])
    .describe('full side lengths in metres, or the range each side is drawn from'),
  color,
  density: positive.max(20000).default(1000).describe('kg/m^3'),
  friction: friction.default([1, 0.005, 0.0001]),
});

const placementSchema = z.strictObject({
  place: objectName.describe('the prop to place'),
  on: objectName.describe('the fixture or the already placed prop it stands on'),
  x: range.optional().describe('range of the centre, metres; with `on` a prop: offset from its centre'),
  y: range.optional(),
  yaw: range.default([0, 0]).describe('radians'),
});

export type Goal =
  | { readonly on: { readonly object: string; readonly support: string } }
  | { readonly above: { readonly object: string; readonly reference: string; readonly heightM: number } }
  | { readonly held: { readonly object: string } }
  | { readonly released: { readonly object: string } }
  | { readonly all: readonly Goal[] }
  | { readonly any: readonly Goal[] }
  | { readonly not: Goal };

const goalSchema: z.ZodType<Goal> = z.lazy(() =>
  z.union([
    z.strictObject({ on: z.strictObject({ object: objectName, support: objectName }) }),
    z.strictObject({
      above: z.strictObject({ object: objectName, reference: objectName, heightM: positive.max(1) }),
    }),
    z.strictObject({ held: z.strictObject({ object: objectName }) }),
    z.strictObject({ released: z.strictObject({ object: objectName }) }),
    z.strictObject({ all: z.array(goalSchema).min(1) }),
    z.strictObject({ any: z.array(goalSchema).min(1) }),
    z.strictObject({ not: goalSchema }),
  ]),
);

export const taskSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'a task name is lower-case words joined by hyphens'),
  version: z.number().int().min(1),
  instruction: z.string().min(1).max(400).describe('what is to be done, as said to the writer of the program'),
  robot: z.strictObject({
    arms: z.literal(1),
    startJointsRad: z.array(finite).length(7),
    startNoiseRad: finite.min(0).max(0.2).describe('standard deviation of each start joint'),
  }),
  world: z.strictObject({ fixtures: z.array(fixtureSchema).min(1), props: z.array(propSchema) }),
  layout: z.array(placementSchema),
  goal: goalSchema,
  maxRobotTimeS: positive.max(3600).describe('robot time a program may take, seconds'),
});

export type Task = z.infer<typeof taskSchema>;
