// Owns which of several programs is taken, by what happened when each ran in the twin. Must never look at what a program
// printed or what its writer said about it.

import type { Rehearsal } from './workbench.ts';

/** How good a rehearsal is: compared place by place, the first difference decides. */
export interface Standing {
  readonly rank: readonly number[];
  /** The same in words, for the record. */
  readonly words: string;
}

/** A thing that went this far was moved, metres: more than a push by the fingers that take it. */
const MOVED_M = 0.02;
/** Faster downwards outside of a hand than this is a fall: from about 3 cm, m/s. */
const FALL_M_PER_S = 0.75;
/** Two rehearsals end alike when every thing ends this close to its place in the other, metres. */
const ALIKE_M = 0.03;

/**
 * @param others the rehearsals of the other programs: how many end alike decides between what is equally good otherwise
 */
export function standingOf(rehearsal: Rehearsal, others: readonly Rehearsal[]): Standing {
  const { outcome, predictedSuccess = 'unknown', things = [], grips = [], findings = [], durationS = 0 } = rehearsal;
  const passed = outcome === 'passed';
  const moved = things.filter(({ from, to }) => apart(from, to) > MOVED_M);
  const fallen = things.filter(({ fellMPerS }) => fellMPerS > FALL_M_PER_S);
  const acted = grips.length > 0 || moved.length > 0;
  const alike = others.filter((other) => other.outcome === outcome && endsAlike(rehearsal, other)).length;
  const goal = { yes: 2, unknown: 1, no: 0 }[predictedSuccess];
  return {
    rank: [Number(passed), goal, Number(acted), -fallen.length, alike, -findings.length, -durationS],
    words: `${rehearsalInWords(rehearsal)}; ${alike} others end alike`,
  };
}

/** What one rehearsal shows, on one line, without the others. */
export function rehearsalInWords(rehearsal: Rehearsal): string {
  const { outcome, predictedSuccess = 'unknown', things = [], failure } = rehearsal;
  const moved = things.filter(({ from, to }) => apart(from, to) > MOVED_M);
  const fallen = things.filter(({ fellMPerS }) => fellMPerS > FALL_M_PER_S);
  return [
    outcome === 'passed' ? 'ran to its end' : `failed: ${failure?.message ?? 'no preview'}`,
    { yes: 'the goal would hold', unknown: 'the goal could not be judged', no: 'the goal would not hold' }[
      predictedSuccess
    ],
    moved.length === 0 ? 'moved nothing' : `moved ${moved.map(({ name }) => name).join(', ')}`,
    ...(fallen.length === 0 ? [] : [`dropped ${fallen.map(({ name }) => name).join(', ')}`]),
  ].join('; ');
}

/** Negative when `a` is better. */
export function compareStandings(a: Standing, b: Standing): number {
  for (let place = 0; place < a.rank.length; place++) {
    const difference = b.rank[place] - a.rank[place];
    if (difference !== 0) return difference;
  }
  return 0;
}

function endsAlike({ things: a = [] }: Rehearsal, { things: b = [] }: Rehearsal): boolean {
  return a.every((thing) => {
    const other = b.find(({ name }) => name === thing.name);
    return other !== undefined && other.heldBy === thing.heldBy && apart(other.to, thing.to) < ALIKE_M;
  });
}

/** Distance of two places, metres. */
function apart(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(a.reduce((sum, value, axis) => sum + (value - b[axis]) * (value - b[axis]), 0));
}
