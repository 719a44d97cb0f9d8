// Owns how the turns of an instruction end, and what that means for a record. Must never say that the goal was reached:
// only the world's state does.

import type { FailureStage } from '../../drivers/failure-stage.ts';
import type { ModelError } from './model.ts';
import type { Evidence } from './visual-difference.ts';

/** How the last program of the turns fared. */
export interface LastFailure {
  readonly stage: FailureStage;
  readonly message: string;
  readonly hint?: string;
  readonly line?: number;
}

interface Ended {
  /** Turns of the model that were used. */
  readonly turns: number;
  /** Undefined when the last program ran to its end, or there was none. */
  readonly lastFailure: LastFailure | undefined;
}

export type TurnsOutcome = Ended &
  (
    | {
        /** The model says so. A claim: whether it is true the world tells. */
        readonly kind: 'finished';
        readonly reason: string;
        /** What the observer saw; undefined without one. */
        readonly evidence: Evidence | undefined;
      }
    /** All turns are used. */
    | { readonly kind: 'turns' }
    | { readonly kind: 'budget'; readonly error: ModelError }
    /** A stop is latched. */
    | { readonly kind: 'stopped'; readonly reason: string }
    | { readonly kind: 'model'; readonly error: ModelError }
    | { readonly kind: 'cancelled' }
  );

/** The stage at which a record of these turns failed, unless the world shows success; null when only the world can tell. */
export function stageOfTurns(outcome: TurnsOutcome): FailureStage | null {
  switch (outcome.kind) {
    case 'budget':
      return 'budget';
    case 'model':
      return 'model';
    case 'stopped':
      return 'stopped';
    case 'cancelled':
      return 'interrupted';
    case 'finished':
    case 'turns':
      return outcome.lastFailure?.stage ?? null;
  }
}
