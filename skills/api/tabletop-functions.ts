// Owns the definitions of the tabletop domain: what a program may call that puts blocks on and into things by their names,
// beside the functions of the arm. After appendix K of "Code as Policies" (arXiv 2209.07753). Must never know how a
// function is carried out.

import { z } from 'zod';
import { CORNERS, DIRECTIONS, MAGNITUDES, REGION_M } from '../../sim/tasks/tabletop/words.ts';
import type { ApiErrorCase, ApiFunction, Tier } from './definition.ts';
import { motionErrors, notFound, perceptionDown, unsure } from './functions.ts';

const TIERS: readonly Tier[] = ['S1', 'S2'];

const nameSchema = z.string().min(1).max(200);
const point2Schema = z.tuple([z.number(), z.number()]);
const sides = DIRECTIONS.map((side) => `${side} side` as const);
const corners = CORNERS.map((corner) => `${corner} corner` as const);

const asSeen = (error: ApiErrorCase): ApiErrorCase => ({ ...error, tiers: ['S2'] });

const findErrors: readonly ApiErrorCase[] = [
  {
    tiers: ['S1'],
    code: 'UNKNOWN_OBJECT',
    stage: 'perception',
    when: 'nothing in the scene has this name',
    hint: 'Use one of the names the message lists.',
  },
  asSeen(notFound),
  asSeen(unsure),
  asSeen(perceptionDown),
];

const AXES =
  'Seen from the robot, top is far (+x), bottom is near, left is +y and right is -y; metres, base frame of the robot.';

const nameParameter = { name: 'name', schema: nameSchema, doc: 'As getObjNames lists it: "red block", "blue bowl".' };

export const TABLETOP_FUNCTIONS: readonly ApiFunction[] = [
  {
    name: 'getInstruction',
    tiers: TIERS,
    domain: 'tabletop',
    risk: 'look',
    summary: 'Returns what the operator asked for, as one sentence.',
    details: 'A program that reads its words can serve every task of its kind.',
    parameters: [],
    result: { schema: z.string(), doc: 'The instruction.' },
    errors: [],
    example: 'console.log(await getInstruction());',
  },
  {
    name: 'getObjNames',
    tiers: TIERS,
    domain: 'tabletop',
    risk: 'look',
    summary: 'Lists the blocks and bowls on the table by name.',
    details: 'A name is a colour and a kind: "red block", "gray bowl". No two things have the same name.',
    parameters: [],
    result: { schema: z.array(z.string()), doc: 'Names.' },
    errors: [asSeen(perceptionDown)],
    example: "const blocks = (await getObjNames()).filter((name) => name.endsWith('block'));\nconsole.log(blocks);",
  },
  {
    name: 'getObjPos',
    tiers: TIERS,
    domain: 'tabletop',
    risk: 'look',
    summary: 'Finds the middle of a block or bowl, seen from above.',
    details: `${AXES} The result is a copy: after the thing has moved, ask again.`,
    parameters: [nameParameter],
    result: { schema: point2Schema, doc: 'x and y of the middle, metres.' },
    errors: findErrors,
    example: "const [x, y] = await getObjPos('red block');\nconsole.log(x, y);",
  },
  {
    name: 'isObjVisible',
    tiers: TIERS,
    domain: 'tabletop',
    risk: 'look',
    summary: 'Tells whether a thing of this name is on the table.',
    details: 'A name that nothing has is no error here.',
    parameters: [nameParameter],
    result: { schema: z.boolean(), doc: 'True when it is there.' },
    errors: [asSeen(perceptionDown)],
    example: "if (await isObjVisible('red block')) await say('I see it.');",
  },
  {
    name: 'getBbox',
    tiers: TIERS,
    domain: 'tabletop',
    risk: 'look',
    summary: 'Finds the box around a block or bowl, seen from above.',
    details: 'The sides of the box run along x and y, however the thing is turned.',
    parameters: [nameParameter],
    result: {
      schema: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      doc: 'Least x, least y, greatest x, greatest y, metres.',
    },
    errors: findErrors,
    example: "const [xMin, yMin, xMax, yMax] = await getBbox('red block');\nconsole.log(xMax - xMin, yMax - yMin);",
  },
  {
    name: 'getColorRgb',
    tiers: TIERS,
    domain: 'tabletop',
    risk: 'look',
    summary: 'Returns the colour of a block or bowl.',
    details: 'Where colours are seen by a camera, light and shadow are part of them.',
    parameters: [nameParameter],
    result: { schema: z.tuple([z.number(), z.number(), z.number()]), doc: 'Red, green, blue, each 0 to 255.' },
    errors: findErrors,
    example: "const [red, green, blue] = await getColorRgb('red block');\nconsole.log(red, green, blue);",
  },
  {
    name: 'getCornerName',
    tiers: TIERS,
    domain: 'tabletop',
    risk: 'look',
    summary: 'Names the corner of the workspace that is nearest to a point.',
    details: AXES,
    parameters: [{ name: 'pos', schema: point2Schema, doc: 'A point [x, y], metres.' }],
    result: { schema: z.enum(corners), doc: 'The corner, as "top left corner".' },
    errors: [],
    example: "console.log(await getCornerName(await getObjPos('red block')));",
  },
  {
    name: 'getSideName',
    tiers: TIERS,
    domain: 'tabletop',
    risk: 'look',
    summary: 'Names the side of the workspace that is nearest to a point.',
    details: AXES,
    parameters: [{ name: 'pos', schema: point2Schema, doc: 'A point [x, y], metres.' }],
    result: { schema: z.enum(sides), doc: 'The side, as "left side".' },
    errors: [],
    example: "console.log(await getSideName(await getObjPos('red block')));",
  },
  {
    name: 'denormalizeXy',
    tiers: TIERS,
    domain: 'tabletop',
    risk: 'look',
    summary: 'Turns a point of the workspace given in shares of its width and depth into metres.',
    details:
      `u runs from the left edge (0) to the right edge (1), v from the bottom edge (0) to the top edge (1): [0, 1] is the ` +
      `top left corner, [0.5, 1] the middle of the top side. What is asked for on a side or in a corner belongs within ` +
      `${REGION_M} m of the edges, blocks side by side about 0.08 m apart.`,
    parameters: [
      {
        name: 'point',
        schema: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]),
        doc: 'Shares [u, v], each 0 to 1.',
      },
    ],
    result: { schema: point2Schema, doc: 'The point [x, y], metres.' },
    errors: [],
    example: "await putFirstOnSecond('red block', await denormalizeXy([0.05, 0.95]));",
  },
  {
    name: 'putFirstOnSecond',
    tiers: TIERS,
    domain: 'tabletop',
    risk: 'grip',
    summary: 'Picks a block up and puts it on another block, into a bowl, or at a point of the table.',
    details:
      'The whole pick and place: it returns when the block stands and the hand is above it, open. On what already ' +
      'carries something, the block is put on top. In words of the operator, "a little" is about ' +
      `${MAGNITUDES['a little'].aimM} m and "a lot" about ${MAGNITUDES['a lot'].aimM} m between two middles; a diagonal ` +
      'line runs at 45 degrees to the edges.',
    parameters: [
      { name: 'name', schema: nameSchema, doc: 'The block to pick up.' },
      {
        name: 'nameOrPos',
        schema: z.union([nameSchema, point2Schema]),
        doc: 'Where it goes: the name of a block or bowl, or a point [x, y] in metres.',
      },
    ],
    result: null,
    errors: [
      ...findErrors,
      {
        code: 'OUTSIDE_WORKSPACE',
        stage: 'code',
        when: 'the point lies outside the workspace; nothing moved',
        hint: 'Take points between denormalizeXy([0, 0]) and denormalizeXy([1, 1]).',
      },
      {
        code: 'NO_GRASP',
        stage: 'grasp',
        when: 'the first thing is too wide for the hand, as a bowl is, or too close to others',
        hint: 'Only blocks can be picked up; move what stands beside it first.',
      },
      {
        code: 'NOTHING_GRASPED',
        stage: 'grasp',
        when: 'the fingers closed on nothing; the hand is above the place, open',
        hint: 'Ask for its position again and try once more.',
      },
      {
        code: 'DROPPED',
        stage: 'placement',
        when: 'the block fell when the fingers opened; the arm is at rest',
        hint: 'Ask where it lies now, and put it again.',
      },
      ...motionErrors,
    ],
    example: "await putFirstOnSecond('red block', 'blue bowl');",
  },
];
