// Owns the fourteen instruction templates of the tabletop suite: for each, how its blanks are filled, what its words mean
// on the drawn table, and the goal that follows. After appendix K of "Code as Policies" (arXiv 2209.07753).
//
// What a sentence leaves open is settled while drawing: a scene in which two blocks could be meant is drawn anew.

import type { RandomStream } from '../../random.ts';
import type { Goal } from '../goal.ts';
import type { Task } from '../task-schema.ts';
import { type Draft, LARGE_BOWL, SMALL_BOWL, spread, type Thing, type ToPlace } from './draft.ts';
import {
  along,
  CORNERS,
  cornerPoint,
  type Direction,
  isAt,
  liesAt,
  MAGNITUDES,
  type Magnitude,
  type Place,
  type Point2,
  SEEN_COLORS,
  SIDEWAYS_M,
  STEP,
  type TabletopColor,
  UNSEEN_COLORS,
  WORKSPACE,
} from './words.ts';

/** What the blanks of a sentence may be filled with. */
export interface Attributes {
  readonly colors: readonly TabletopColor[];
  readonly places: readonly Place[];
  readonly directions: readonly Direction[];
  readonly distance: 'closest' | 'farthest';
  readonly magnitude: Magnitude;
  readonly ordinals: readonly Ordinal[];
  readonly lines: readonly Line[];
}

type Ordinal = 'first' | 'second' | 'third' | 'fourth';
type Line = 'horizontal' | 'vertical' | 'diagonal';

const ORDINALS: readonly Ordinal[] = ['first', 'second', 'third', 'fourth'];
const LINE_DIRECTION = { horizontal: 'y', vertical: 'x', diagonal: 'diagonal' } as const;

export const ATTRIBUTES: Readonly<Record<'seen' | 'unseen', Attributes>> = {
  seen: {
    colors: SEEN_COLORS,
    places: ['left side', 'top left corner', 'top side', 'top right corner'],
    directions: ['top', 'left'],
    distance: 'closest',
    magnitude: 'a little',
    ordinals: ['first', 'second'],
    lines: ['horizontal', 'vertical'],
  },
  unseen: {
    colors: UNSEEN_COLORS,
    places: ['bottom right corner', 'bottom side', 'bottom left corner'],
    directions: ['bottom', 'right'],
    distance: 'farthest',
    magnitude: 'a lot',
    ordinals: ['third', 'fourth'],
    lines: ['diagonal'],
  },
};

export interface Template {
  /** "s1" to "s8" are the seen instructions, "u1" to "u6" the unseen ones. */
  readonly name: string;
  readonly group: 'long-horizon' | 'spatial-geometric';
  /** The sentence with its blanks. */
  readonly instruction: string;
  /** One draw; undefined when it left no room or its sentence could be taken in two ways. */
  draw(random: RandomStream, attributes: Attributes): Draft | undefined;
}

/** Where two blocks could be meant, they differ at least by this, metres. */
const CLEAR_M = 0.03;
/** What a sentence does not speak of stays where it is, within this, metres. */
const STAYS_M = 0.05;
/** A bowl stays this clear of a place that is to be filled with blocks, metres. */
const BOWL_CLEAR_M = 0.1;
/** A tower's blocks, seen from above, lie over each other within this, metres. */
const TOWER_M = 0.025;
/** Blocks in a line stray from it by this at most, metres. */
const LINE_M = 0.02;

function pick<T>(random: RandomStream, values: readonly T[]): T {
  return values[random.integer(values.length)];
}

function shuffled<T>(random: RandomStream, values: readonly T[]): T[] {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const k = random.integer(i + 1);
    [order[i], order[k]] = [order[k], order[i]];
  }
  return order;
}

/** From `least` to `most` things of one kind, no colour twice. */
function some(
  random: RandomStream,
  kind: Thing['kind'],
  colors: readonly TabletopColor[],
  least: number,
  most: number,
): ToPlace[] {
  const count = least + random.integer(most - least + 1);
  return shuffled(random, colors)
    .slice(0, count)
    .map((color) => ({ kind, color }));
}

const blocksOf = (things: readonly Thing[]) => things.filter(({ kind }) => kind === 'block');
const bowlsOf = (things: readonly Thing[]) => things.filter(({ kind }) => kind === 'bowl');
const namesOf = (things: readonly Thing[]) => things.map(({ name }) => name);

function allReleased(things: readonly Thing[]): Goal[] {
  return namesOf(things).map((object) => ({ released: { object } }));
}

function stays({ name, at: [x, y] }: Thing): Goal {
  return { near: { object: name, to: [x, y], withinM: STAYS_M } };
}

function distanceM([ax, ay]: Point2, [bx, by]: Point2): number {
  return Math.sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by));
}

/** A place to be filled keeps free of bowls, and no block lies there at the start. */
function leavesFree(place: Place) {
  return (kind: Thing['kind'], at: Point2) => !isAt(at, place, kind === 'bowl' ? BOWL_CLEAR_M : 0.03);
}

/** The one block is at the place, every other thing where it was. */
function oneMoved(things: readonly Thing[], moved: Thing, goal: Goal): Goal {
  const others = blocksOf(things).filter((thing) => thing !== moved);
  return { all: [goal, ...others.map(stays), ...allReleased([moved])] };
}

/** One block on another, or in a bowl: the goal that every scene of the suite has room for. */
function putOn(things: readonly Thing[], object: Thing, target: Thing): Pick<Task, 'instruction' | 'goal'> {
  const leaf: Goal =
    target.kind === 'bowl'
      ? { inside: { object: object.name, container: target.name } }
      : { on: { object: object.name, support: target.name } };
  return {
    instruction: `Pick up the ${object.name} and place it on the ${target.name}.`,
    goal: oneMoved(things, object, leaf),
  };
}

/** Another goal in the scene of a draft: the first block goes where the draft does not ask for it. */
export function otherGoal({ things, goal }: Draft): Pick<Task, 'instruction' | 'goal'> {
  const asked = JSON.stringify(goal);
  const [object, ...others] = blocksOf(things);
  const target = [...bowlsOf(things), ...others].find(
    ({ name }) => !asked.includes(JSON.stringify({ object: object.name, container: name }).slice(1, -1)),
  );
  return putOn(things, object, target ?? others[0]);
}

const ON_OTHER: Template = {
  name: 's1',
  group: 'long-horizon',
  instruction: 'Pick up the <block> and place it on the <block or bowl>',
  draw: (random, { colors }) => {
    const blocks = some(random, 'block', colors, 2, 4);
    const things = spread(random, [...blocks, ...some(random, 'bowl', colors, 1, 3)], SMALL_BOWL);
    if (things === undefined) return undefined;
    const [object, ...others] = shuffled(random, blocksOf(things));
    const target = random.next() < 0.5 ? others[0] : pick(random, bowlsOf(things));
    return {
      things,
      bowl: SMALL_BOWL,
      ...putOn(things, object, target),
      rewordings: [`Take the ${object.name} and put it onto the ${target.name}.`],
    };
  },
};

function tower(blocks: readonly Thing[]): Goal[] {
  const pairs = blocks.flatMap(({ name: object }, i) =>
    blocks.slice(i + 1).map(({ name: to }): Goal => ({ near: { object, to, withinM: TOWER_M } })),
  );
  return [...pairs, { any: namesOf(blocks).map((object) => ({ on: { object, support: 'table' } })) }];
}

const STACK: Template = {
  name: 's2',
  group: 'long-horizon',
  instruction: 'Stack all the blocks',
  draw: (random, { colors }) => {
    const wanted = [...some(random, 'block', colors, 2, 4), ...some(random, 'bowl', colors, 1, 3)];
    const things = spread(random, wanted, SMALL_BOWL);
    if (things === undefined) return undefined;
    const blocks = blocksOf(things);
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: 'Stack all the blocks.',
      rewordings: ['Build one tower out of all the blocks.'],
      goal: { all: [...tower(blocks), ...allReleased(blocks)] },
    };
  },
};

const ALL_AT_PLACE: Template = {
  name: 's3',
  group: 'long-horizon',
  instruction: 'Put all the blocks on the <corner or side>',
  draw: (random, { colors, places }) => {
    const place = pick(random, places);
    const wanted = [...some(random, 'block', colors, 2, 4), ...some(random, 'bowl', colors, 1, 3)];
    const things = spread(random, wanted, SMALL_BOWL, leavesFree(place));
    if (things === undefined) return undefined;
    const blocks = blocksOf(things);
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: `Put all the blocks on the ${place}.`,
      rewordings: [`Move every block to the ${place} of the table.`],
      goal: { all: [...namesOf(blocks).map((name) => liesAt(name, place)), ...allReleased(blocks)] },
    };
  },
};

const ALL_IN_BOWL: Template = {
  name: 's4',
  group: 'long-horizon',
  instruction: 'Put the blocks in the <bowl>',
  draw: (random, { colors }) => {
    const wanted = [...some(random, 'block', colors, 2, 3), ...some(random, 'bowl', colors, 1, 2)];
    const things = spread(random, wanted, LARGE_BOWL);
    if (things === undefined) return undefined;
    const blocks = blocksOf(things);
    const bowl = pick(random, bowlsOf(things)).name;
    const inside = namesOf(blocks).map((object): Goal => ({ inside: { object, container: bowl } }));
    return {
      things,
      bowl: LARGE_BOWL,
      instruction: `Put the blocks in the ${bowl}.`,
      rewordings: [`Everything that is a block goes into the ${bowl}.`],
      goal: { all: [...inside, ...allReleased(blocks)] },
    };
  },
};

const MATCHING: Template = {
  name: 's5',
  group: 'long-horizon',
  instruction: 'Put all the blocks in the bowls with matching colors',
  draw: (random, { colors }) => {
    const blocks = some(random, 'block', colors, 2, 3);
    const spare = some(
      random,
      'bowl',
      colors.filter((color) => !blocks.some((one) => one.color === color)),
      0,
      1,
    );
    const bowls = [...blocks.map(({ color }): ToPlace => ({ kind: 'bowl', color })), ...spare];
    const things = spread(random, [...blocks, ...bowls], SMALL_BOWL);
    if (things === undefined) return undefined;
    const inside = blocks.map(
      ({ color }): Goal => ({
        inside: { object: `${color} block`, container: `${color} bowl` },
      }),
    );
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: 'Put all the blocks in the bowls with matching colors.',
      rewordings: ['Sort every block into the bowl that has its color.'],
      goal: { all: [...inside, ...allReleased(blocksOf(things))] },
    };
  },
};

const BESIDE_BOWL: Template = {
  name: 's6',
  group: 'spatial-geometric',
  instruction: 'Pick up the block to the <direction> of the <bowl> and place it on the <corner or side>',
  draw: (random, { colors, places, directions }) => {
    const place = pick(random, places);
    const direction = pick(random, directions);
    const wanted = [...some(random, 'block', colors, 2, 4), ...some(random, 'bowl', colors, 1, 3)];
    const things = spread(random, wanted, SMALL_BOWL, leavesFree(place));
    if (things === undefined) return undefined;
    const bowl = pick(random, bowlsOf(things));
    const offset = (thing: Thing) => along(thing.at, direction) - along(bowl.at, direction);
    const beside = blocksOf(things).filter((thing) => offset(thing) > -CLEAR_M);
    // One block is clearly on that side, every other clearly on the other.
    if (beside.length !== 1 || offset(beside[0]) < CLEAR_M) return undefined;
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: `Pick up the block to the ${direction} of the ${bowl.name} and place it on the ${place}.`,
      rewordings: [`There is a block to the ${direction} of the ${bowl.name}: take it to the ${place}.`],
      goal: oneMoved(things, beside[0], liesAt(beside[0].name, place)),
    };
  },
};

const BY_DISTANCE: Template = {
  name: 's7',
  group: 'spatial-geometric',
  instruction: 'Pick up the block <distance> to the <bowl> and place it on the <corner or side>',
  draw: (random, { colors, places, distance }) => {
    const place = pick(random, places);
    const wanted = [...some(random, 'block', colors, 2, 4), ...some(random, 'bowl', colors, 1, 3)];
    const things = spread(random, wanted, SMALL_BOWL, leavesFree(place));
    if (things === undefined) return undefined;
    const bowl = pick(random, bowlsOf(things));
    const meant = clearlyFirst(blocksOf(things), ({ at }) => distanceM(at, bowl.at), distance);
    if (meant === undefined) return undefined;
    const preposition = distance === 'closest' ? 'to' : 'from';
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: `Pick up the block ${distance} ${preposition} the ${bowl.name} and place it on the ${place}.`,
      rewordings: [`Of all blocks, take the one ${distance} ${preposition} the ${bowl.name} to the ${place}.`],
      goal: oneMoved(things, meant, liesAt(meant.name, place)),
    };
  },
};

/** The one with the least or the greatest value; undefined where another comes close. */
function clearlyFirst<T>(values: readonly T[], measure: (value: T) => number, which: 'closest' | 'farthest') {
  const sign = which === 'closest' ? 1 : -1;
  const [first, second] = [...values].sort((a, b) => sign * (measure(a) - measure(b)));
  return second !== undefined && Math.abs(measure(second) - measure(first)) < CLEAR_M ? undefined : first;
}

const NTH: Template = {
  name: 's8',
  group: 'spatial-geometric',
  instruction: 'Pick up the <nth> block from the <direction> and place it on the <corner or side>',
  draw: (random, { colors, places, directions, ordinals }) => {
    const place = pick(random, places);
    const direction = pick(random, directions);
    const ordinal = pick(random, ordinals);
    const nth = ORDINALS.indexOf(ordinal);
    const wanted = [
      ...some(random, 'block', colors, Math.max(2, nth + 1), Math.max(4, nth + 1)),
      ...some(random, 'bowl', colors, 1, 2),
    ];
    const things = spread(random, wanted, SMALL_BOWL, leavesFree(place));
    if (things === undefined) return undefined;
    const ordered = [...blocksOf(things)].sort((a, b) => along(b.at, direction) - along(a.at, direction));
    const clear = ordered.every(
      ({ at }, k) => k === 0 || along(ordered[k - 1].at, direction) - along(at, direction) >= CLEAR_M,
    );
    if (!clear) return undefined;
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: `Pick up the ${ordinal} block from the ${direction} and place it on the ${place}.`,
      rewordings: [`Count the blocks from the ${direction}: the ${ordinal} one goes to the ${place}.`],
      goal: oneMoved(things, ordered[nth], liesAt(ordered[nth].name, place)),
    };
  },
};

const DIFFERENT_CORNERS: Template = {
  name: 'u1',
  group: 'long-horizon',
  instruction: 'Put all the blocks in different corners',
  draw: (random, { colors }) => {
    const wanted = [...some(random, 'block', colors, 2, 4), ...some(random, 'bowl', colors, 1, 2)];
    const free = (kind: Thing['kind'], at: Point2) =>
      CORNERS.every((corner) => leavesFree(`${corner} corner`)(kind, at));
    const things = spread(random, wanted, SMALL_BOWL, free);
    if (things === undefined) return undefined;
    const blocks = blocksOf(things);
    const cornered = namesOf(blocks).map(
      (name): Goal => ({
        any: CORNERS.map((corner) => liesAt(name, `${corner} corner`)),
      }),
    );
    const different = namesOf(blocks).flatMap((one, i) =>
      namesOf(blocks)
        .slice(i + 1)
        .map(
          (other): Goal => ({
            not: {
              any: CORNERS.map((corner) => ({ all: [one, other].map((name) => liesAt(name, `${corner} corner`)) })),
            },
          }),
        ),
    );
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: 'Put all the blocks in different corners.',
      rewordings: ['Every block belongs in a corner of its own.'],
      goal: { all: [...cornered, ...different, ...allReleased(blocks)] },
    };
  },
};

const MISMATCHED: Template = {
  name: 'u2',
  group: 'long-horizon',
  instruction: 'Put the blocks in the bowls with mismatched colors',
  draw: (random, { colors }) => {
    const blocks = some(random, 'block', colors, 2, 3);
    const bowls = blocks.map(({ color }): ToPlace => ({ kind: 'bowl', color }));
    const things = spread(random, [...blocks, ...bowls], SMALL_BOWL);
    if (things === undefined) return undefined;
    const inside = blocks.map(
      ({ color }): Goal => ({
        any: bowls
          .filter((bowl) => bowl.color !== color)
          .map((bowl) => ({ inside: { object: `${color} block`, container: `${bowl.color} bowl` } })),
      }),
    );
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: 'Put the blocks in the bowls with mismatched colors.',
      rewordings: ['Put each block in a bowl, but never in the one that has its own color.'],
      goal: { all: [...inside, ...allReleased(blocksOf(things))] },
    };
  },
};

const STACK_AT_PLACE: Template = {
  name: 'u3',
  group: 'long-horizon',
  instruction: 'Stack all the blocks on the <corner or side>',
  draw: (random, { colors, places }) => {
    const place = pick(random, places);
    const wanted = [...some(random, 'block', colors, 2, 4), ...some(random, 'bowl', colors, 1, 3)];
    const things = spread(random, wanted, SMALL_BOWL, leavesFree(place));
    if (things === undefined) return undefined;
    const blocks = blocksOf(things);
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: `Stack all the blocks on the ${place}.`,
      rewordings: [`Build one tower out of all the blocks on the ${place}.`],
      goal: { all: [...tower(blocks), ...namesOf(blocks).map((name) => liesAt(name, place)), ...allReleased(blocks)] },
    };
  },
};

const OFF_BOWL: Template = {
  name: 'u4',
  group: 'spatial-geometric',
  instruction: 'Pick up the <block> and place it <magnitude> to the <direction> of the <bowl>',
  draw: (random, { colors, directions, magnitude }) => {
    const direction = pick(random, directions);
    const wanted = [...some(random, 'block', colors, 1, 3), ...some(random, 'bowl', colors, 1, 2)];
    const things = spread(random, wanted, SMALL_BOWL);
    if (things === undefined) return undefined;
    const bowl = pick(random, bowlsOf(things));
    const object = pick(random, blocksOf(things));
    const { aimM, range } = MAGNITUDES[magnitude];
    const [ux, uy] = STEP[direction];
    const aim: Point2 = [bowl.at[0] + ux * aimM, bowl.at[1] + uy * aimM];
    const room = things.every(
      (thing) => thing === object || thing === bowl || distanceM(thing.at, aim) > (thing.kind === 'bowl' ? 0.13 : 0.1),
    );
    const inside = [WORKSPACE.x, WORKSPACE.y].every(([low, high], axis) => aim[axis] >= low && aim[axis] <= high);
    const spot = spotOff(bowl.at, direction, range);
    const there = object.at.every((value, axis) => value > spot[axis][0] - 0.02 && value < spot[axis][1] + 0.02);
    if (!room || !inside || there) return undefined;
    const [x, y] = spot;
    const others = [...blocksOf(things).filter((thing) => thing !== object), bowl];
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: `Pick up the ${object.name} and place it ${magnitude} to the ${direction} of the ${bowl.name}.`,
      rewordings: [`The ${object.name} should stand ${magnitude} to the ${direction} of the ${bowl.name}.`],
      goal: {
        all: [{ within: { object: object.name, x, y } }, ...others.map(stays), ...allReleased([object])],
      },
    };
  },
};

/** Where a centre lies that is this far in a direction, and not off to a side. */
function spotOff(from: Point2, direction: Direction, [near, far]: readonly [number, number]): [number, number][] {
  return [0, 1].map((axis) => {
    const step = STEP[direction][axis];
    const ends = step === 0 ? [-SIDEWAYS_M, SIDEWAYS_M] : [step * near, step * far];
    return ends.map((end) => Math.round((from[axis] + end) * 1000) / 1000).sort((a, b) => a - b) as [number, number];
  });
}

const CORNER_BY_DISTANCE: Template = {
  name: 'u5',
  group: 'spatial-geometric',
  instruction: 'Pick up the <block> and place it in the corner <distance> to the <bowl>',
  draw: (random, { colors, distance }) => {
    const wanted = [...some(random, 'block', colors, 1, 3), ...some(random, 'bowl', colors, 1, 2)];
    const things = spread(random, wanted, SMALL_BOWL);
    if (things === undefined) return undefined;
    const bowl = pick(random, bowlsOf(things));
    const object = pick(random, blocksOf(things));
    const corner = clearlyFirst(CORNERS, (one) => distanceM(cornerPoint(one), bowl.at), distance);
    if (corner === undefined) return undefined;
    const place: Place = `${corner} corner`;
    if (!things.every(({ kind, at }) => leavesFree(place)(kind, at))) return undefined;
    const preposition = distance === 'closest' ? 'to' : 'from';
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: `Pick up the ${object.name} and place it in the corner ${distance} ${preposition} the ${bowl.name}.`,
      rewordings: [
        `Of the four corners, the ${object.name} goes to the one ${distance} ${preposition} the ${bowl.name}.`,
      ],
      goal: oneMoved(things, object, liesAt(object.name, place)),
    };
  },
};

const IN_LINE: Template = {
  name: 'u6',
  group: 'spatial-geometric',
  instruction: 'Put all the blocks in a <line> line',
  draw: (random, { colors, lines }) => {
    const line = pick(random, lines);
    const wanted = [...some(random, 'block', colors, 3, 4), ...some(random, 'bowl', colors, 1, 2)];
    const things = spread(random, wanted, SMALL_BOWL);
    if (things === undefined) return undefined;
    const blocks = blocksOf(things);
    const objects = namesOf(blocks);
    return {
      things,
      bowl: SMALL_BOWL,
      instruction: `Put all the blocks in a ${line} line.`,
      rewordings: [`Line the blocks up so that they form one ${line} line.`],
      goal: {
        all: [
          { aligned: { objects, toleranceM: LINE_M, direction: LINE_DIRECTION[line] } },
          // Side by side, not on each other.
          { apart: { objects, atLeastM: 0.038 } },
          ...objects.map((object): Goal => ({ on: { object, support: 'table' } })),
          ...allReleased(blocks),
        ],
      },
    };
  },
};

export const TEMPLATES: readonly Template[] = [
  ON_OTHER,
  STACK,
  ALL_AT_PLACE,
  ALL_IN_BOWL,
  MATCHING,
  BESIDE_BOWL,
  BY_DISTANCE,
  NTH,
  DIFFERENT_CORNERS,
  MISMATCHED,
  STACK_AT_PLACE,
  OFF_BOWL,
  CORNER_BY_DISTANCE,
  IN_LINE,
];
