// Owns the port from the turn loop to a session: what the writer of programs may do with the cell. It can offer, never
// approve, reset or raise a limit. Must never name a process, a socket or a robot.

import type { CallMessage, OutputMessage, PreviewMessage } from '../../drivers/episode/messages.ts';
import type { FailureStage } from '../../drivers/failure-stage.ts';
import type { Tier } from '../api/definition.ts';
import type { CheckResult } from '../check/check-result.ts';

/** A picture of the cell as it is now, at rest. */
export interface View {
  readonly camera: 'scene' | 'wrist' | 'right wrist';
  readonly png: Uint8Array;
}

/** A program that the check has seen. */
export interface CheckedProgram {
  readonly source: string;
  readonly check: CheckResult;
}

export interface BlockFailure {
  readonly stage: FailureStage;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly line?: number;
}

/** What became of a program that was offered. */
export type BlockStory =
  | {
      readonly kind: 'ran';
      /** The source that ran: the operator may have edited it. */
      readonly source: string;
      readonly failure: BlockFailure | undefined;
      readonly calls: readonly Omit<CallMessage, 'block'>[];
      readonly output: readonly Omit<OutputMessage, 'block'>[];
      readonly robotTimeS: number;
      /** Said by the operator while it ran. */
      readonly remarks: readonly string[];
      readonly preview: Rehearsal | undefined;
      /** Findings of the critics that the operator wants the writer to hear of. */
      readonly findings?: readonly string[];
    }
  /** Nothing moved: the preview failed, or the operator said no. */
  | {
      readonly kind: 'rejected';
      readonly comment: string;
      readonly preview: Rehearsal | undefined;
      readonly findings?: readonly string[];
    }
  /** A stop is latched: the loop ends. */
  | { readonly kind: 'stopped'; readonly reason: string };

/** Facts of a run in the twin, never the program's claims. */
export type Rehearsal = Omit<PreviewMessage, 'block'>;

/** One session as the loop sees it. Nothing here moves a robot without an operator's decision on the other side. */
export interface Workbench {
  readonly tier: Tier;
  /** Types, forbidden constructs, effects; a program that fails is never offered. */
  check(source: string, signal: AbortSignal): Promise<CheckedProgram>;
  /** The same check of a draft that may never be offered: nothing of it is recorded as a program of the session. */
  checkDraft(source: string, signal: AbortSignal): Promise<CheckedProgram>;
  /** Puts a checked program before the operator; resolves when it has run to an end or will not run. */
  offer(program: CheckedProgram, signal: AbortSignal): Promise<BlockStory>;
  /** The cameras' pictures as they are now. */
  look(signal: AbortSignal): Promise<readonly View[]>;
  /** Runs a checked program in the perceived twin, from the state as it is now. The robot does not move. */
  rehearse(program: CheckedProgram, signal: AbortSignal): Promise<Rehearsal>;
}
