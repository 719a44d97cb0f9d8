// Owns the verdict: goal predicates over the settled world, and nothing a program says. An instant never counts: the
// goal must hold for a while, after everything has come to rest.

import { describeGoal, type Goal, goalLeaves } from './goal.ts';
import { leafHolds } from './goal-predicates.ts';
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
  return leafHolds(world, goal);
}
