// Owns the words a goal is made of, as data: predicates over the settled world and how they combine. What they mean in a
// world is in judge.ts.

import { z } from 'zod';

const finite = z.number().finite();
const positive = finite.positive();
const range = z
  .tuple([finite, finite])
  .refine(([low, high]) => low <= high, { message: 'a range is [low, high] with low <= high' });

/** Names of objects, features and furniture. */
export const objectName = z
  .string()
  .regex(/^[a-z][a-z0-9 -]{0,39}$/, 'names are lower-case words of letters, digits, spaces and hyphens');

const point2 = z.tuple([finite, finite]);

/** One predicate per key. Lengths in metres, angles in radians, positions in the base frame of arm 0. */
const LEAVES = {
  /** Stands on top of the support: touches it, its underside at the support's top, its centre over it. */
  on: z.strictObject({ object: objectName, support: objectName }),
  /** Lies across several supports, as a plank on two blocks: touches each, its underside at the top of each. */
  across: z.strictObject({ object: objectName, supports: z.array(objectName).min(2) }),
  /** Lies in a bowl or tray: its centre over the floor, under the rim and within the walls of an upright container. */
  inside: z.strictObject({ object: objectName, container: objectName }),
  /** Is threaded on a post: both centres agree sideways within the tolerance, and it has sunk below the post's top. */
  around: z.strictObject({ object: objectName, post: objectName, toleranceM: positive.max(0.2) }),
  /** Its centre is more than this above the top of the reference. */
  above: z.strictObject({ object: objectName, reference: objectName, heightM: positive.max(1) }),
  held: z.strictObject({ object: objectName, arm: z.enum(['left', 'right']).optional() }),
  /** No arm (or not this one) touches it. */
  released: z.strictObject({ object: objectName, arm: z.enum(['left', 'right']).optional() }),
  /** Its centre is inside these ranges. */
  within: z.strictObject({ object: objectName, x: range.optional(), y: range.optional(), z: range.optional() }),
  /** Its centre is this close to a thing or to a spot, seen from above. */
  near: z.strictObject({ object: objectName, to: z.union([objectName, point2]), withinM: positive.max(1) }),
  /** The centres, seen from above, lie on one line; with a direction, on one that runs so. */
  aligned: z.strictObject({
    objects: z.array(objectName).min(2),
    toleranceM: positive.max(0.2),
    direction: z.enum(['x', 'y', 'diagonal']).optional(),
  }),
  /** Any two centres are at least this far from each other, seen from above. */
  apart: z.strictObject({ objects: z.array(objectName).min(2), atLeastM: positive.max(1) }),
  /** This axis of the object points up within so many radians. */
  upright: z.strictObject({
    object: objectName,
    axis: z.enum(['x', 'y', 'z']).default('z'),
    withinRad: positive.max(3.2),
  }),
  /** At least this share of the marks is gone. */
  wiped: z.strictObject({ marks: objectName, share: positive.max(1).default(1) }),
  /**
   * The marks follow these lines: each line covered, nothing drawn elsewhere, both within the tolerance. A line is a list
   * of points x, y, or of points about the centre of a thing or of other marks.
   */
  drawn: z.strictObject({
    marks: objectName,
    lines: z
      .array(z.union([z.array(point2).min(2), z.strictObject({ about: objectName, points: z.array(point2).min(2) })]))
      .min(1),
    toleranceM: positive.max(0.1),
    share: positive.max(1).default(0.95),
  }),
  /** This was never pressed with more force, from the start of the run. */
  gentle: z.strictObject({ fixture: objectName, maxForceN: positive }),
  /** The fingertips of an arm (the left one unless named) are this close to a point. */
  reached: z.strictObject({
    position: z.tuple([finite, finite, finite]),
    withinM: positive.max(0.5),
    arm: z.enum(['left', 'right']).optional(),
  }),
  /** The cart-pole has stayed within these bounds from the start of the run, for this long. */
  balanced: z.strictObject({
    withinRad: positive.max(1.6),
    withinM: positive.max(10),
    forS: positive.max(600),
  }),
};

type Leaves = { readonly [Key in keyof typeof LEAVES]: Readonly<z.infer<(typeof LEAVES)[Key]>> };

export type GoalKind = keyof Leaves;

/** A predicate alone, as `{ on: { object, support } }`. */
export type GoalLeaf = { [Key in GoalKind]: { readonly [K in Key]: Leaves[Key] } }[GoalKind];

export type Goal =
  | GoalLeaf
  | { readonly all: readonly Goal[] }
  | { readonly any: readonly Goal[] }
  | { readonly not: Goal };

/** When each predicate holds, in the words of the documentation. */
export const GOAL_WORDS: Readonly<Record<GoalKind, string>> = {
  on: "they touch, the object's underside is within 10 mm of the support's top, its centre is over the support",
  across: 'it touches each support, its underside within 10 mm of the top of each: a plank on two blocks',
  inside: 'its centre is over the floor, under the rim and within the walls of an upright `bowl` or `tray`',
  around: 'both centres agree sideways within the tolerance, and it has sunk below the top of the post',
  above: 'its centre is more than `heightM` above the top of the reference',
  held: 'both fingers of a holding hand touch it; with `arm`, of that arm',
  released: 'no part of an arm touches it; with `arm`, of that arm',
  within: 'its centre is inside the given ranges of x, y and z',
  near: 'its centre is within `withinM` of a thing or of a spot `[x, y]`, seen from above',
  aligned:
    'the centres are within `toleranceM` of one straight line, seen from above; with `direction`, of one that runs so',
  apart: 'any two centres are at least `atLeastM` from each other, seen from above',
  upright: 'its `axis` (z unless given) points up within `withinRad`',
  wiped: 'at least this `share` of the marks is gone',
  drawn: 'each line is covered by ink, and no ink is elsewhere, both within `toleranceM`',
  gentle: 'the fixture was never pressed with more than `maxForceN`, from the start of the run',
  reached: 'the fingertips of the arm (the left one unless named) are within `withinM` of the point',
  balanced:
    'the pole of the cart-pole has stayed within `withinRad` of upright and its cart within `withinM` of the middle, from the start of the run for `forS` seconds',
};

export const GOAL_KINDS = Object.keys(LEAVES) as readonly GoalKind[];

export const goalSchema: z.ZodType<Goal> = z.lazy(() =>
  z.union([
    ...(Object.entries(LEAVES).map(([key, schema]) => z.strictObject({ [key]: schema })) as unknown as [
      z.ZodType<Goal>,
      z.ZodType<Goal>,
    ]),
    z.strictObject({ all: z.array(goalSchema).min(1) }),
    z.strictObject({ any: z.array(goalSchema).min(1) }),
    z.strictObject({ not: goalSchema }),
  ]),
);

/** What a goal speaks of, with the place of each name in it. */
export interface GoalReference {
  readonly name: string;
  readonly path: readonly PropertyKey[];
  /** 'object' can be moved, 'thing' is solid, 'place' a thing or marks, the others are what they say. */
  readonly kind: 'object' | 'thing' | 'container' | 'marks' | 'fixture' | 'place';
}

const REFERENCE_KINDS: Readonly<Record<string, GoalReference['kind']>> = {
  object: 'object',
  objects: 'object',
  support: 'thing',
  supports: 'thing',
  container: 'container',
  post: 'thing',
  reference: 'thing',
  to: 'thing',
  marks: 'marks',
  fixture: 'fixture',
};

/** Every name in a goal. */
export function goalReferences(goal: Goal, path: readonly PropertyKey[] = []): readonly GoalReference[] {
  if ('all' in goal) return goal.all.flatMap((part, index) => goalReferences(part, [...path, 'all', index]));
  if ('any' in goal) return goal.any.flatMap((part, index) => goalReferences(part, [...path, 'any', index]));
  if ('not' in goal) return goalReferences(goal.not, [...path, 'not']);
  const [[leaf, values]] = Object.entries(goal) as [string, Record<string, unknown>][];
  const about =
    'drawn' in goal
      ? goal.drawn.lines.flatMap((line, index): GoalReference[] =>
          'about' in line
            ? [{ name: line.about, path: [...path, 'drawn', 'lines', index, 'about'], kind: 'place' }]
            : [],
        )
      : [];
  const named = Object.entries(values).flatMap(([key, value]): GoalReference[] => {
    const kind = REFERENCE_KINDS[key];
    if (kind === undefined) return [];
    if (typeof value === 'string') return [{ name: value, path: [...path, leaf, key], kind }];
    if (!Array.isArray(value)) return [];
    return value.flatMap((name, index) =>
      typeof name === 'string' ? [{ name, path: [...path, leaf, key, index], kind }] : [],
    );
  });
  return [...named, ...about];
}

/** The predicates of a goal that must all hold: a goal that is no list of parts is its own only leaf. */
export function goalLeaves(goal: Goal): readonly Goal[] {
  return 'all' in goal ? goal.all.flatMap(goalLeaves) : [goal];
}

/** The goal in words. */
export function describeGoal(goal: Goal): string {
  if ('all' in goal) return goal.all.map(describeGoal).join(' and ');
  if ('any' in goal) return goal.any.map(describeGoal).join(' or ');
  if ('not' in goal) return `not (${describeGoal(goal.not)})`;
  if ('on' in goal) return `${goal.on.object} stands on ${goal.on.support}`;
  if ('across' in goal) return `${goal.across.object} lies across ${goal.across.supports.join(' and ')}`;
  if ('inside' in goal) return `${goal.inside.object} lies in ${goal.inside.container}`;
  if ('around' in goal) return `${goal.around.object} is around ${goal.around.post}`;
  if ('above' in goal) {
    return `${goal.above.object} is more than ${goal.above.heightM} m above ${goal.above.reference}`;
  }
  if ('held' in goal) return `${goal.held.object} is held${by(goal.held.arm)}`;
  if ('released' in goal) {
    const { object, arm } = goal.released;
    return arm === undefined ? `${object} is released` : `${object} is released by the ${arm} arm`;
  }
  if ('within' in goal) {
    const { object, ...ranges } = goal.within;
    const where = Object.entries(ranges).map(([axis, [low, high]]) => `${axis} in ${low} to ${high} m`);
    return `${object} is at ${where.join(', ')}`;
  }
  if ('near' in goal) {
    const { object, to, withinM } = goal.near;
    return `${object} is within ${withinM} m of ${typeof to === 'string' ? to : `(${to.join(', ')})`}`;
  }
  if ('aligned' in goal) {
    const { objects, direction } = goal.aligned;
    return `${objects.join(', ')} stand in a line${direction === undefined ? '' : ` along ${direction}`}`;
  }
  if ('apart' in goal) return `${goal.apart.objects.join(', ')} are at least ${goal.apart.atLeastM} m apart`;
  if ('upright' in goal) return `${goal.upright.object} is upright`;
  if ('wiped' in goal) return `${share(goal.wiped.share)} of ${goal.wiped.marks} is wiped off`;
  if ('drawn' in goal) return `${share(goal.drawn.share)} of the lines of ${goal.drawn.marks} are drawn`;
  if ('reached' in goal) {
    const { position, withinM, arm = 'left' } = goal.reached;
    return `the ${arm} fingertips are within ${withinM} m of (${position.join(', ')})`;
  }
  if ('balanced' in goal) return `the pole stayed upright for ${goal.balanced.forS} s`;
  return `${goal.gentle.fixture} was never pressed with more than ${goal.gentle.maxForceN} N`;
}

function by(arm: string | undefined): string {
  return arm === undefined ? '' : ` by the ${arm} arm`;
}

function share(value: number): string {
  return `${Math.round(value * 100)} %`;
}
