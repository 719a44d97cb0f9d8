// Owns how a search for a way is run and how it fails: in which words, and with what to try next. Must never search.

import type { Pose } from '../spatial.ts';
import type { Collision } from './planning-scene.ts';

export type PlanningFailureCode = 'UNREACHABLE' | 'COLLISION_AT_GOAL' | 'COLLISION_ON_THE_WAY';

/** No way was found; nothing has moved. */
export class PlanningFailure extends Error {
  override readonly name = 'PlanningFailure';
  readonly code: PlanningFailureCode;
  readonly hint: string;

  constructor(code: PlanningFailureCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/**
 * A search that stops for breath: it yields between steps of about a tenth of a millisecond, so that whoever runs it
 * can let a stop come in between.
 */
export type Planning<Answer> = Generator<undefined, Answer, undefined>;

/** What may come of a search: its answer, or why there is none. */
export type Found<Answer> =
  | { readonly answer: Answer; readonly failure: undefined }
  | { readonly answer: undefined; readonly failure: PlanningFailure };

export function found<Answer>(answer: Answer): Found<Answer> {
  return { answer, failure: undefined };
}

export function failed(failure: PlanningFailure): Found<never> {
  return { answer: undefined, failure };
}

export function outOfReach(goal: Pose, what: string, why: string): PlanningFailure {
  return new PlanningFailure(
    'UNREACHABLE',
    `the ${what} ${spoken(goal)} is out of reach: ${why}. Nothing has moved.`,
    'positions are metres in the base frame of the arm, which reaches about 0.8 m; pointing straight down is [0, 1, 0, 0]',
  );
}

export function lineLeavesReach(to: Pose, at: Pose): PlanningFailure {
  return new PlanningFailure(
    'UNREACHABLE',
    `the straight line to ${spoken(to)} leaves the arm's reach at ${spoken(at)}. Nothing has moved.`,
    'take a shorter approach, or go to a pose in between first',
  );
}

export function lineBlocked(to: Pose, collision: Collision): PlanningFailure {
  return new PlanningFailure(
    'COLLISION_ON_THE_WAY',
    `the straight line to ${spoken(to)} is blocked: ${describe(collision)}. Nothing has moved.`,
    'approach from a free side, or from higher up',
  );
}

export function goalTaken(collision: Collision): PlanningFailure {
  return new PlanningFailure(
    'COLLISION_AT_GOAL',
    `the target cannot be taken: there, ${describe(collision)}. Nothing has moved.`,
    'raise the target, turn the gripper, or look again at what stands there',
  );
}

/** @param where the goal in words */
export function noFreeWay(where: string, blocked: Collision | undefined): PlanningFailure {
  return new PlanningFailure(
    'COLLISION_ON_THE_WAY',
    `no free way to ${where}: ${blocked === undefined ? 'the way is blocked' : describe(blocked)}. Nothing has moved.`,
    'go there in steps: first straight up, then across at a safe height, then down',
  );
}

/** A position as "[0.500, 0.000, 0.100]". */
export function spoken({ position }: Pose): string {
  return `[${position.map((value) => value.toFixed(3)).join(', ')}]`;
}

/** A collision as a person would say it. */
export function describe({ one, other, depthM }: Collision): string {
  return depthM > 0
    ? `${one} would be ${(depthM * 1000).toFixed(0)} mm inside ${other}`
    : `${one} would pass within ${(-depthM * 1000).toFixed(0)} mm of ${other}`;
}
