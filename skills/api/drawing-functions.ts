// Owns the definitions of the drawing domain: what a program with a pen over a board may call, beside the functions of
// the arm. After appendix H of "Code as Policies". Must never know how a function is carried out.

import { z } from 'zod';
import type { ApiErrorCase, ApiFunction, Tier } from './definition.ts';
import { notFound, perceptionDown, seen, unsure } from './functions.ts';

/** A line of more points is sent in pieces. */
const MAX_POINTS = 1000;

/** At tiers S3 and S4 programs hold the pen themselves. */
const TIERS: readonly Tier[] = ['S1', 'S2'];

const nameSchema = z.string().min(1).max(200);
const point2Schema = z.tuple([z.number(), z.number()]);
const pointsSchema = z.array(point2Schema).min(2).max(MAX_POINTS);

const unknownObject: ApiErrorCase = {
  tiers: ['S1'],
  code: 'UNKNOWN_OBJECT',
  stage: 'perception',
  when: 'nothing in the scene has this name, or nothing of the drawing is left',
  hint: 'Use one of the names the message lists.',
};

const findErrors = [unknownObject, seen(notFound), seen(unsure), seen(perceptionDown)];

const strokeErrors: readonly ApiErrorCase[] = [
  {
    code: 'OUTSIDE_BOARD',
    stage: 'code',
    when: 'a point lies off the board or too close to its edge; nothing moved',
    hint: "Stay inside getBbox('board') by the margin the message names.",
  },
  {
    code: 'UNREACHABLE',
    stage: 'planning',
    when: 'the arm cannot hold the tool over some point of the line; nothing moved',
    hint: 'Draw closer to the middle of the board.',
  },
  {
    code: 'PATH_BLOCKED',
    stage: 'planning',
    when: 'hand or tool would touch something beside the line; nothing moved',
    hint: 'Keep a greater distance from the objects on the board.',
  },
  {
    code: 'LIMIT_REFUSED',
    stage: 'limit',
    when: 'the safety gate refuses the motion',
    hint: 'Stay inside the workspace and speed the message names.',
  },
  {
    code: 'NOT_REACHED',
    stage: 'motion',
    when: 'the arm was held up on the way; it is at rest, `result` says by how much',
    hint: 'Something stood in the way: look again before the next stroke.',
  },
];

export const DRAWING_FUNCTIONS: readonly ApiFunction[] = [
  {
    name: 'getObjNames',
    tiers: TIERS,
    domain: 'drawing',
    risk: 'look',
    summary: 'Lists what is there by name: the board, the objects on it, the drawings that were there at the start.',
    details:
      'The names are those of the task; what is erased is listed no more. At tier S2 it lists what is seen of them.',
    parameters: [],
    result: { schema: z.array(z.string()), doc: 'Names, the board first.' },
    errors: [],
    example: 'console.log(await getObjNames());',
  },
  {
    name: 'getObjPos',
    tiers: TIERS,
    domain: 'drawing',
    risk: 'look',
    summary: 'Finds the middle of an object, of a drawing or of the board, seen from above.',
    details: 'x runs away from the robot and y to its left, in metres, in the base frame of the robot.',
    parameters: [{ name: 'name', schema: nameSchema, doc: 'What to look for, as getObjNames lists it.' }],
    result: { schema: point2Schema, doc: 'x and y of the middle, metres.' },
    errors: findErrors,
    example: "const [x, y] = await getObjPos('board');\nconsole.log(x, y);",
  },
  {
    name: 'getBbox',
    tiers: TIERS,
    domain: 'drawing',
    risk: 'look',
    summary: 'Finds the box around an object, a drawing or the board, seen from above.',
    details: 'The sides of the box run along x and y, however the object is turned.',
    parameters: [{ name: 'name', schema: nameSchema, doc: 'What to look for, as getObjNames lists it.' }],
    result: {
      schema: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      doc: 'Least x, least y, greatest x, greatest y, metres.',
    },
    errors: findErrors,
    example: "const [xMin, yMin, xMax, yMax] = await getBbox('board');\nconsole.log(xMax - xMin, yMax - yMin);",
  },
  {
    name: 'draw',
    tiers: TIERS,
    domain: 'drawing',
    risk: 'move',
    summary: 'Draws one line through the points and returns when the pen is up again.',
    details:
      'The pen goes over the first point, down until its sprung tip presses on the board, straight from point to point, ' +
      'and up again. For a closed shape end with the first point. Points that turn by less than 25 degrees are passed ' +
      'without a stop: a circle wants 24 points or more. The whole line is planned before anything moves.',
    parameters: [{ name: 'points', schema: pointsSchema, doc: 'Points [x, y] on the board, metres, 2 to 1000.' }],
    result: null,
    errors: strokeErrors,
    example: "const [x, y] = await getObjPos('board');\nawait draw([[x, y - 0.05], [x, y + 0.05]]);",
  },
  {
    name: 'erase',
    tiers: TIERS,
    domain: 'drawing',
    risk: 'move',
    summary: 'Wipes along the points with the eraser beside the pen and returns when it is up again.',
    details:
      'The hand leans over so that the eraser lies flat and the pen stays clear of the board. The eraser takes away ' +
      'what comes under it: 0.03 m along x and 0.06 m along y, its middle on the points.',
    parameters: [{ name: 'points', schema: pointsSchema, doc: 'Points [x, y] on the board, metres, 2 to 1000.' }],
    result: null,
    errors: strokeErrors,
    example: "const [x, y] = await getObjPos('board');\nawait erase([[x - 0.05, y], [x + 0.05, y]]);",
  },
];
