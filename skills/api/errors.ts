// Owns the error every refused or failed API call ends in, as policy code, recorder and agent see it.
// Must never carry host stacks, paths or anything else a policy program may not know.

import { FAILURE_STAGES, type FailureStage } from '../../drivers/failure-stage.ts';
import type { MotionResult } from '../../drivers/robot.ts';

export { FAILURE_STAGES as STAGES };
export type Stage = FailureStage;

/** What crosses from the robot's side to the program when a call fails. Plain JSON. */
export interface ApiErrorJson {
  readonly code: string;
  readonly stage: Stage;
  readonly message: string;
  readonly hint: string;
  /** How the motion really ended, for calls that moved the arm. */
  readonly motion?: MotionResult;
}

/**
 * A call that was refused or failed. The message says what happened and whether the arm is still; the hint says what to
 * do next.
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: string;
  readonly stage: Stage;
  readonly hint: string;
  readonly motion: MotionResult | undefined;

  constructor(fields: ApiErrorJson, options?: { cause?: unknown }) {
    super(fields.message, options);
    this.code = fields.code;
    this.stage = fields.stage;
    this.hint = fields.hint;
    this.motion = fields.motion;
  }

  toJson(): ApiErrorJson {
    const { code, stage, message, hint, motion } = this;
    return motion === undefined ? { code, stage, message, hint } : { code, stage, message, hint, motion };
  }
}

/** A clause of planner, robot or detector as a sentence: a capital at the start, a full stop at the end. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/**
 * The JSON form of anything an implementation threw. An error that is not a `PolicyError` becomes INTERNAL at stage
 * `crash`, without its text: host errors may name files and objects a program must not learn about.
 */
export function apiErrorOf(thrown: unknown): ApiErrorJson {
  if (thrown instanceof PolicyError) return thrown.toJson();
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return {
      code: 'STOPPED',
      stage: 'stopped',
      message: 'The call was stopped before it was done.',
      hint: 'Nothing to do in the program: the operator decides how to go on.',
    };
  }
  return {
    code: 'INTERNAL',
    stage: 'crash',
    message: 'The robot side failed while it answered this call. This is not a fault of the program.',
    hint: 'See the log of the robot host for the cause.',
  };
}
