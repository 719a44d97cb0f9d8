// Owns the port to whoever decides about a block: a person at a prompt, a terminal or a window, or an explicit rule. The
// writer of programs never stands behind it. Must never hold a time limit: silence is no answer.

import type { CheckResult } from '../../skills/check/check-result.ts';
import type { RunPace } from '../ipc/operator-pace.ts';
import type { PreviewFacts } from '../ipc/robot-host-contract.ts';
import type { Decider } from './session.ts';

/** What an operator is asked about. */
export interface Proposal {
  readonly source: string;
  readonly check: CheckResult;
  /** Null where this session makes no preview. */
  readonly preview: PreviewFacts | null;
  /** The operator's speed of the preview, and of the run: share of the robot's limits, in (0, 1]. */
  readonly speedScale: number;
  /** What the check has against the operator's own edit of it; the edit was dropped. */
  readonly refusedEdit?: CheckResult;
  /** Whether a program has run whose work can be asked to be undone in place of this one. */
  readonly canUndo?: boolean;
  /** Why there is no program that undoes the last one; this one stands. */
  readonly refusedUndo?: string;
}

/** What goes with a decision: findings of the critics on the card that the writer of the program is to hear of. */
interface WithFindings {
  readonly findings?: readonly string[];
}

export type Decision =
  /** `pace`: how the block is let go on; straight on unless given. */
  | ({ readonly kind: 'approve'; readonly pace?: RunPace } & WithFindings)
  | ({ readonly kind: 'edit'; readonly source: string } & WithFindings)
  /** Nothing is decided: the preview is made anew, from the state and at the speed of now, and the question comes again. */
  | { readonly kind: 'renew' }
  | ({ readonly kind: 'reject'; readonly comment: string } & WithFindings)
  /** In place of this program, one that puts things back to where they stood before the last one; it is asked about next. */
  | { readonly kind: 'undo' }
  | { readonly kind: 'stop' };

/** A finding of the critics on one line, as cards show it and models are told. */
export function findingInWords({ critic, message, line }: NonNullable<PreviewFacts['findings']>[number]): string {
  return `${line === undefined ? '' : `line ${line}: `}${message} [${critic}]`;
}

export interface Operator {
  /** As it goes into the approval and the episode. */
  readonly by: Decider;
  /**
   * Shows the proposal and waits for a clear answer, for as long as it takes.
   * @param signal fires when the question is void, after a stop or because the writer has withdrawn it
   */
  decide(proposal: Proposal, signal: AbortSignal): Promise<Decision>;
}

/** The rule that approves what passed its preview within every soft limit. For simulated robots only. */
export class AutomaticOperator implements Operator {
  readonly by: Decider;

  readonly #onProposal: (proposal: Proposal) => void;

  /**
   * @param name of the rule, as "--approve auto"
   * @param onProposal sees what is decided about
   */
  constructor(name: string, onProposal: (proposal: Proposal) => void = () => undefined) {
    this.by = { kind: 'automatic', name };
    this.#onProposal = onProposal;
  }

  async decide(proposal: Proposal): Promise<Decision> {
    this.#onProposal(proposal);
    const { preview } = proposal;
    if (preview === null) return { kind: 'approve' };
    if (preview.outcome === 'skipped') return { kind: 'reject', comment: 'there is no preview to go by' };
    if (preview.outcome !== 'passed') return { kind: 'reject', comment: 'the preview failed' };
    if (preview.softExcesses.length > 0)
      return { kind: 'reject', comment: 'a soft limit needs a person to approve it' };
    return { kind: 'approve' };
  }
}
