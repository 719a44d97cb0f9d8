// Owns the one error of the gate: every code it can refuse with, the stage each code belongs to, and whether the same
// thing may simply be asked again. Must never decide anything: the checks decide, this file only words the answer.

/** The stage that a refused block or trial is filed under. */
export type RefusalStage = 'limit' | 'stopped' | 'rejected' | 'interrupted' | 'timeout';

interface CodeFacts {
  readonly stage: RefusalStage;
  /** True when the same request may succeed later without anybody changing it (a late beat, a busy arm). */
  readonly retryable: boolean;
}

const CODE_FACTS = {
  // Stops
  STOP_LATCHED: { stage: 'stopped', retryable: false },
  STOP_UNKNOWN: { stage: 'rejected', retryable: false },
  STOP_UNDER_WAY: { stage: 'stopped', retryable: true },
  RESET_REFUSED: { stage: 'rejected', retryable: false },
  RESET_FAILED: { stage: 'stopped', retryable: true },
  // Approval
  NO_APPROVAL: { stage: 'rejected', retryable: false },
  APPROVAL_REFUSED: { stage: 'rejected', retryable: false },
  APPROVAL_USED: { stage: 'rejected', retryable: false },
  APPROVAL_VOID: { stage: 'rejected', retryable: false },
  STALE_EPOCH: { stage: 'rejected', retryable: false },
  START_MOVED: { stage: 'rejected', retryable: false },
  // Readiness of a block
  NO_BEAT: { stage: 'interrupted', retryable: true },
  NOT_STARTED: { stage: 'interrupted', retryable: true },
  BLOCK_ENDED: { stage: 'interrupted', retryable: false },
  INTERRUPTED: { stage: 'interrupted', retryable: false },
  BUSY: { stage: 'rejected', retryable: true },
  // Envelope
  WORKSPACE: { stage: 'limit', retryable: false },
  KEEP_OUT: { stage: 'limit', retryable: false },
  JOINT_MARGIN: { stage: 'limit', retryable: false },
  JOINT_SPEED: { stage: 'limit', retryable: false },
  JOINT_ACCELERATION: { stage: 'limit', retryable: false },
  JOINT_JERK: { stage: 'limit', retryable: false },
  TOOL_SPEED: { stage: 'limit', retryable: false },
  GRIP_FORCE: { stage: 'limit', retryable: false },
  GRIP_WIDTH: { stage: 'limit', retryable: false },
  CALL_CAP: { stage: 'limit', retryable: false },
  // Bounded permit of closed-loop motion
  CLOSED_LOOP_NOT_GRANTED: { stage: 'limit', retryable: false },
  CLOSED_LOOP_OVER: { stage: 'limit', retryable: false },
  CLOSED_LOOP_VOLUME: { stage: 'limit', retryable: false },
  CLOSED_LOOP_SPEED: { stage: 'limit', retryable: false },
  CLOSED_LOOP_FORCE: { stage: 'limit', retryable: false },
  CLOSED_LOOP_TIME: { stage: 'timeout', retryable: false },
  TIME_CAP: { stage: 'timeout', retryable: false },
  // Requests that make no sense
  BAD_PLAN: { stage: 'limit', retryable: false },
  BAD_COMMAND: { stage: 'limit', retryable: false },
  BAD_CONFIGURATION: { stage: 'rejected', retryable: false },
} as const satisfies Record<string, CodeFacts>;

export type RefusalCode = keyof typeof CODE_FACTS;

/** 'hard': no approval can lift it. 'soft': an approval that names this limit in its grants would have let it pass. */
export type RefusalSeverity = 'hard' | 'soft';

/**
 * The gate said no. The message gives the number, the limit and the place (time, joint or point of the arm) and says
 * whether the arm is still; the hint says what to do next.
 */
export class GateRefusal extends Error {
  override readonly name = 'GateRefusal';
  readonly code: RefusalCode;
  readonly hint: string;
  readonly stage: RefusalStage;
  readonly severity: RefusalSeverity;
  readonly retryable: boolean;

  constructor(
    code: RefusalCode,
    message: string,
    hint: string,
    options?: { severity?: RefusalSeverity; cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = hint;
    this.stage = CODE_FACTS[code].stage;
    this.retryable = CODE_FACTS[code].retryable;
    this.severity = options?.severity ?? 'hard';
  }
}

/** Ends the message of every refusal that was decided before anything went to the robot. */
export const NOTHING_SENT = 'Nothing was sent; the arm did not move for this.';

/** A number as it stands in a sentence: at most four figures after the point, no trailing zeros. */
export function inWords(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && magnitude < 0.001) return value.toExponential(2);
  return String(Number(value.toFixed(4)));
}
