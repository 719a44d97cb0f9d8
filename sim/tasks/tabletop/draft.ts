// Owns what one tabletop task is before it becomes a task file: blocks and bowls with their places, words and goal; and
// the drawing of places. Must never know a template.

import type { RandomStream } from '../../random.ts';
import type { Goal } from '../goal.ts';
import { type Task, taskSchema } from '../task-schema.ts';
import { BLOCK_M, type Point2, TABLETOP_COLORS, type TabletopColor, WORKSPACE } from './words.ts';

export interface Thing {
  readonly name: string;
  readonly kind: 'block' | 'bowl';
  readonly color: TabletopColor;
  readonly at: Point2;
}

/** A bowl's full side lengths, metres. */
export type BowlSize = readonly [number, number, number];

/** Room for one block, and shallow enough for fingers. */
export const SMALL_BOWL: BowlSize = [0.14, 0.14, 0.05];
/** Room for three blocks. */
export const LARGE_BOWL: BowlSize = [0.18, 0.18, 0.07];

/** Centres of any two things are this far apart where bowls allow it, metres (Code as Policies, appendix K). */
export const APART_M = 0.15;
/** Least room between the boxes around two things, metres. */
const BETWEEN_M = 0.002;
/** The same between a block and a bowl whose rim is as high as the palm of a hand that grasps the block, metres. */
const BESIDE_HIGH_RIM_M = 0.035;
const HIGH_RIM_M = 0.06;
/** Centres stay this far inside the workspace. */
const INSET_M = { block: 0.03, bowl: 0.04 } as const;
const MOST_DRAWS = 400;

/** Least distance of two centres: the layout of a task leaves the half diagonals of the boxes around things free. */
export function leastDistanceM(one: Thing['kind'], other: Thing['kind'], bowl: BowlSize): number {
  const half = { block: (BLOCK_M * Math.SQRT2) / 2, bowl: (bowl[0] * Math.SQRT2) / 2 };
  const between = one !== other && bowl[2] > HIGH_RIM_M ? BESIDE_HIGH_RIM_M : BETWEEN_M;
  return Math.max(APART_M, half[one] + half[other] + between);
}

export interface ToPlace {
  readonly kind: Thing['kind'];
  readonly color: TabletopColor;
}

/**
 * Places for things, drawn evenly over the workspace, bowls first.
 * @param allowed says whether a thing may stand there
 * @returns undefined when no room was found
 */
export function spread(
  random: RandomStream,
  things: readonly ToPlace[],
  bowl: BowlSize,
  allowed: (kind: Thing['kind'], at: Point2) => boolean = () => true,
): Thing[] | undefined {
  const placed: Thing[] = [];
  for (const { kind, color } of [...things].sort((a, b) => Number(a.kind === 'block') - Number(b.kind === 'block'))) {
    let at: Point2 | undefined;
    for (let draw = 0; draw < MOST_DRAWS && at === undefined; draw++) {
      const inset = INSET_M[kind];
      const [x, y] = [WORKSPACE.x, WORKSPACE.y].map(
        // No -0: a file would read it as 0.
        ([low, high]) => Math.round(random.uniform(low + inset, high - inset) * 1000) / 1000 + 0,
      );
      const free = placed.every((other) => {
        const [dx, dy] = [other.at[0] - x, other.at[1] - y];
        const least = leastDistanceM(kind, other.kind, bowl);
        return dx * dx + dy * dy >= least * least;
      });
      if (free && allowed(kind, [x, y])) at = [x, y];
    }
    if (at === undefined) return undefined;
    placed.push({ name: `${color} ${kind}`, kind, color, at });
  }
  return placed;
}

/** What a template makes of a draw. */
export interface Draft {
  readonly things: readonly Thing[];
  readonly instruction: string;
  readonly rewordings: readonly string[];
  readonly goal: Goal;
  readonly bowl: BowlSize;
}

const BLOCK_DENSITY = 600;
const BOWL_DENSITY = 900;
const WHOLE_TURN_RAD = 6.28;
/** Robot time for one thing that is put somewhere, and beside it, seconds. */
const PER_BLOCK_S = 25;
const MORE_S = 40;

/** The task file of a draft, every default filled in. */
export function taskOf(
  name: string,
  { things, instruction, rewordings, goal, bowl }: Draft,
  variants: Task['variants'],
): Task {
  const blocks = things.filter(({ kind }) => kind === 'block').length;
  return taskSchema.parse({
    name,
    version: 1,
    instruction,
    rewordings,
    variants,
    api: 'tabletop',
    robot: {
      arms: 1,
      startJointsRad: [0, 0.19634954, 0, -2.61799388, 0, 2.81434342, 0.78539816],
      startNoiseRad: 0.02,
    },
    world: {
      fixtures: [{ name: 'table', position: [0.56, 0, -0.137], size: [0.8, 0.8, 0.05], color: [0.86, 0.84, 0.8] }],
      props: things.map(({ name: prop, kind, color }) => ({
        name: prop,
        shape: kind === 'block' ? 'box' : 'bowl',
        size: kind === 'block' ? [BLOCK_M, BLOCK_M, BLOCK_M] : bowl,
        color: TABLETOP_COLORS[color],
        density: kind === 'block' ? BLOCK_DENSITY : BOWL_DENSITY,
      })),
    },
    layout: things.map(({ name: place, at: [x, y] }) => ({
      place,
      on: 'table',
      x: [x, x],
      y: [y, y],
      yaw: [0, WHOLE_TURN_RAD],
      gapM: 0,
    })),
    goal,
    maxRobotTimeS: MORE_S + PER_BLOCK_S * blocks,
  });
}
