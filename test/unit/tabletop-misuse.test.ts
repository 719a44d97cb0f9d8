import { beforeAll, describe, expect, test } from 'vitest';
import { type Misuse, type Seen, tryMisuses } from './api-misuse-stand.ts';

/** Seed 3 of this family: known blocks and bowls in the seen colours, no pink one. */
const TABLETOP = { task: 'tabletop-s4-seen', tier: 'S1' } as const;
const NAMES = "const names = await getObjNames();\nconst block = names.find((name) => name.endsWith('block'));\n";
const BOWL = "const bowl = names.find((name) => name.endsWith('bowl'));\n";

function row(of: string, that: string, program: string, code: string, says: RegExp, hint: RegExp): Misuse {
  return { of, that, program: NAMES + BOWL + program, code, says, hint };
}

const ROWS: readonly Misuse[] = [
  row(
    'getObjPos',
    'asks for a colour that is not there',
    "await getObjPos('pink block');",
    'UNKNOWN_OBJECT',
    /no object named "pink block"/,
    /The objects are: "/,
  ),
  row(
    'getColorRgb',
    'asks for a thing that is not there',
    "await getColorRgb('pink bowl');",
    'UNKNOWN_OBJECT',
    /no object named "pink bowl"/,
    /The objects are: "/,
  ),
  row(
    'getBbox',
    'passes two names',
    'await getBbox([block, bowl]);',
    'INVALID_ARGUMENT',
    /name must be a string/,
    /getBbox\(name\)/,
  ),
  row(
    'denormalizeXy',
    'passes metres',
    'await denormalizeXy([0.5, -0.2]);',
    'INVALID_ARGUMENT',
    /point\[1\] must be at least 0/,
    /denormalizeXy\(point\)/,
  ),
  row(
    'getCornerName',
    'passes a name',
    'await getCornerName(block);',
    'INVALID_ARGUMENT',
    /pos must be an array/,
    /getCornerName\(pos\)/,
  ),
  row(
    'putFirstOnSecond',
    'puts a thing that is not there',
    "await putFirstOnSecond('pink block', bowl);",
    'UNKNOWN_OBJECT',
    /no object named "pink block"/,
    /The objects are/,
  ),
  row(
    'putFirstOnSecond',
    'puts it on a thing that is not there',
    "await putFirstOnSecond(block, 'pink bowl');",
    'UNKNOWN_OBJECT',
    /no object named "pink bowl"/,
    /The objects are/,
  ),
  row(
    'putFirstOnSecond',
    'puts a block on itself',
    'await putFirstOnSecond(block, block);',
    'INVALID_ARGUMENT',
    /cannot be put on itself/,
    /another block/,
  ),
  row(
    'putFirstOnSecond',
    'aims beside the table',
    'await putFirstOnSecond(block, [0.5, 0.9]);',
    'OUTSIDE_WORKSPACE',
    /\[0\.500, 0\.900\] lies outside the workspace: x may be/,
    /denormalizeXy/,
  ),
  row(
    'putFirstOnSecond',
    'aims at a place in three dimensions',
    'await putFirstOnSecond(block, [0.5, 0.1, 0.02]);',
    'INVALID_ARGUMENT',
    /nameOrPos/,
    /putFirstOnSecond\(name, nameOrPos\)/,
  ),
  row(
    'putFirstOnSecond',
    'picks up a bowl',
    'await putFirstOnSecond(bowl, block);',
    'NO_GRASP',
    /too wide for the hand/,
    /./,
  ),
];

const CART: readonly Misuse[] = [
  {
    of: 'pushCart',
    that: 'pushes up',
    program: "await pushCart('up');",
    code: 'INVALID_ARGUMENT',
    says: /direction must be "left" or "right" or "none"/,
    hint: /pushCart\(direction\)/,
  },
  {
    of: 'pushCart',
    that: 'passes a force',
    program: 'await pushCart(-10);',
    code: 'INVALID_ARGUMENT',
    says: /direction must be "left" or "right" or "none", but it is -10/,
    hint: /pushCart\(direction\)/,
  },
];

for (const [rows, stand] of [
  [ROWS, TABLETOP],
  [CART, { task: 'cart-pole', tier: 'S1' }],
] as const) {
  describe(`misuse of ${stand.task}`, () => {
    let seen: ReadonlyMap<Misuse, Seen>;
    beforeAll(async () => {
      ({ seen } = await tryMisuses(rows, stand));
    }, 60_000);

    test.each(rows.map((one) => [one.of, one.that, one.code, one] as const))(
      '%s: a program that %s is told %s, that nothing moved, and what to write instead',
      (_of, _that, code, one) => {
        const error = seen.get(one) as Seen;
        expect(error, JSON.stringify(error)).toMatchObject({
          code,
          message: expect.stringMatching(one.says),
          hint: expect.stringMatching(one.hint),
        });
        expect(error.message).toMatch(/nothing (has )?moved|still/i);
        if (!/too wide/.test(error.message)) expect(error.tookS).toBe(0);
      },
    );
  });
}

describe('the tabletop functions', () => {
  test('tell the place of things by the names of sides and corners, and points by their shares', async () => {
    const program = `${NAMES}${BOWL}
const near = (a, b) => Math.abs(a - b) < 1e-9;
const [x, y] = await denormalizeXy([0, 1]);
const facts = [
  near(x, 0.7) && near(y, 0.3),
  (await getCornerName([x, y])) === 'top left corner',
  (await getCornerName(await denormalizeXy([0.9, 0.1]))) === 'bottom right corner',
  (await getSideName(await denormalizeXy([0.5, 0.95]))) === 'top side',
  (await getSideName(await denormalizeXy([0.97, 0.5]))) === 'right side',
  await isObjVisible(block),
  !(await isObjVisible('pink block')),
  (await getInstruction()).startsWith('Put the blocks in the '),
  (await getColorRgb(block)).every((value) => value >= 0 && value <= 255),
];
throw new Error(facts.join(' '));`;
    const asked: Misuse = { of: 'all', that: 'asks', program, code: 'Error', says: /./, hint: /^$/ };
    const { seen } = await tryMisuses([asked], TABLETOP);
    expect(seen.get(asked)?.message).toBe(Array(9).fill('true').join(' '));
  }, 60_000);

  test('put one block after the other into the same bowl, and a third on top of them', async () => {
    const program = `${NAMES}${BOWL}
const [bx, by] = await getObjPos(bowl);
let inside = 0;
for (const name of names.filter((one) => one.endsWith('block'))) {
  await putFirstOnSecond(name, bowl);
  const [x, y] = await getObjPos(name);
  if (Math.sqrt((x - bx) ** 2 + (y - by) ** 2) < 0.08) inside += 1;
}
throw new Error(inside === names.filter((one) => one.endsWith('block')).length ? 'all inside' : 'some beside');`;
    const asked: Misuse = {
      of: 'putFirstOnSecond',
      that: 'fills a bowl',
      program,
      code: 'Error',
      says: /./,
      hint: /^$/,
    };
    const { seen } = await tryMisuses([asked], TABLETOP);
    expect(seen.get(asked)?.message).toBe('all inside');
  }, 60_000);
});
