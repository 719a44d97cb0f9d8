// Owns the verdict: goal predicates over the settled world, and nothing a program says. An instant never counts: the
// goal must hold for a while, after everything has come to rest.

import { isOver, type PlacedBox, topOf, verticalHalf } from './box-geometry.ts';
import type { Goal } from './task-schema.ts';
import { type TaskWorld, TICK_S } from './task-world.ts';

export interface Verdict {
  readonly success: boolean;
  /** Each part of the goal in words, and whether it held throughout. */
  readonly parts: readonly { readonly text: string; readonly holds: boolean }[];
  /** Share of the parts that hold, 0..1: the shaped reward. */
  readonly progress: number;
  /** False when something still moved at the end of the wait: then nothing counts as success. */
  readonly settled: boolean;
}

/** The world gets this long to come to rest, seconds. */
const SETTLE_LIMIT_S = 3;
/** It must rest for this long before the goal is looked at, seconds: what flies up stands still for an instant, too. */
const REST_FOR_S = 0.1;
/** The goal must hold this long while the world rests, seconds. */
const HOLD_S = 0.5;
const [SETTLE_LIMIT_TICKS, REST_TICKS, HOLD_TICKS] = [SETTLE_LIMIT_S, REST_FOR_S, HOLD_S].map((seconds) =>
  Math.round(seconds / TICK_S),
);
/** A stacked object's underside may be off its support's top by this much, metres. */
const SUPPORT_GAP_M = 0.01;

/** Lets the world come to rest with the arm holding still, then judges. Advances time by 0.6 s to 3.5 s. */
export function judge(world: TaskWorld, goal: Goal): Verdict {
  let rested = 0;
  for (let waited = 0; rested < REST_TICKS && waited < SETTLE_LIMIT_TICKS; waited++) {
    world.tick();
    rested = world.propsRest ? rested + 1 : 0;
  }
  const leaves = goalLeaves(goal);
  const held = leaves.map(() => true);
  let settled = true;
  for (let k = 0; k < HOLD_TICKS; k++) {
    world.tick();
    settled &&= world.propsRest;
    // The leaves are all that must hold: a goal that is no list of parts is its own only leaf.
    const now = leaves.map((leaf) => holds(world, leaf));
    now.forEach((leafHolds, index) => {
      held[index] &&= leafHolds;
    });
  }
  const parts = leaves.map((leaf, index) => ({ text: describeGoal(leaf), holds: held[index] }));
  return {
    success: settled && held.every(Boolean),
    parts,
    progress: parts.filter((part) => part.holds).length / parts.length,
    settled,
  };
}

/** Whether the goal holds at this instant. */
export function holds(world: TaskWorld, goal: Goal): boolean {
  if ('all' in goal) return goal.all.every((part) => holds(world, part));
  if ('any' in goal) return goal.any.some((part) => holds(world, part));
  if ('not' in goal) return !holds(world, goal.not);
  if ('held' in goal) return heldBy(world, goal.held.object);
  if ('released' in goal) return !touchedByArm(world, goal.released.object);
  if ('above' in goal) {
    const object = world.prop(goal.above.object);
    const reference = boxNamed(world, goal.above.reference);
    if (object === undefined || reference === undefined) return false;
    return object.pose.position[2] > topOf(reference) + goal.above.heightM;
  }
  return standsOn(world, goal.on.object, goal.on.support);
}

/** The goal in words. */
export function describeGoal(goal: Goal): string {
  if ('all' in goal) return goal.all.map(describeGoal).join(' and ');
  if ('any' in goal) return goal.any.map(describeGoal).join(' or ');
  if ('not' in goal) return `not (${describeGoal(goal.not)})`;
  if ('held' in goal) return `${goal.held.object} is held`;
  if ('released' in goal) return `${goal.released.object} is released`;
  if ('above' in goal) {
    return `${goal.above.object} is more than ${goal.above.heightM} m above ${goal.above.reference}`;
  }
  return `${goal.on.object} stands on ${goal.on.support}`;
}

function goalLeaves(goal: Goal): Goal[] {
  return 'all' in goal ? goal.all.flatMap(goalLeaves) : [goal];
}

function heldBy(world: TaskWorld, object: string): boolean {
  return world.arms.some((_, arm) => world.heldProp(arm) === object);
}

function touchedByArm(world: TaskWorld, object: string): boolean {
  // Only the parts of arms have a slash in their names.
  return world.touching().some((pair) => pair.includes(object) && pair.some((name) => name.includes('/')));
}

/** Contact, the right height, and the centre over the support. */
function standsOn(world: TaskWorld, object: string, support: string): boolean {
  const top = world.prop(object);
  const below = boxNamed(world, support);
  if (top === undefined || below === undefined) return false;
  const touches = world
    .touching()
    .some(([one, other]) => (one === object && other === support) || (one === support && other === object));
  if (!touches) return false;
  const underside = top.pose.position[2] - verticalHalf(top.pose.quatWxyz, top.size);
  return Math.abs(underside - topOf(below)) < SUPPORT_GAP_M && isOver(top.pose.position, below);
}

function boxNamed(world: TaskWorld, name: string): PlacedBox | undefined {
  return world.prop(name) ?? world.scene.fixtures.find((fixture) => fixture.name === name);
}
