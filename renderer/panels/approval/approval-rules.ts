// Owns when a proposal can be approved from this window, and why not, in words. Pure. The session and the gate decide
// again: must never be the only thing that stands between a stale card and the arm.

import type { ConsoleProposal } from '../../../electron/ipc/console-contract.ts';
import { previewStanding } from './card-facts.ts';

export interface ApprovalSight {
  readonly proposal: ConsoleProposal | null;
  readonly robotKind: 'simulated' | 'real';
  /** Why this window has no say now; undefined when it has. */
  readonly withoutControl: string | undefined;
  /** The operator has said plainly that it may run although its preview did not pass. */
  readonly acceptsFailure: boolean;
  /** A decision about this card is on its way. */
  readonly isSent: boolean;
}

/** Undefined when it can be approved. */
export function whyNotApprove(sight: ApprovalSight): string | undefined {
  const { proposal, robotKind, withoutControl, acceptsFailure, isSent } = sight;
  if (proposal === null) return 'No program waits for a decision.';
  if (withoutControl !== undefined) return withoutControl;
  if (isSent) return 'Your decision is on its way.';
  const standing = previewStanding(proposal);
  switch (standing.kind) {
    case 'stale':
      return 'The preview no longer holds. Renew it first.';
    case 'none':
      if (robotKind === 'real') return 'On a real arm nothing runs without a preview.';
      return acceptsFailure ? undefined : 'Nothing was previewed. Tick the box that says so first.';
    case 'failed':
      return acceptsFailure ? undefined : 'The preview failed. Tick the box that says so first.';
    case 'passed':
      return undefined;
  }
}

/** Undefined when it can be rejected. */
export function whyNotReject(sight: Pick<ApprovalSight, 'proposal' | 'withoutControl' | 'isSent'>): string | undefined {
  if (sight.proposal === null) return 'No program waits for a decision.';
  return sight.withoutControl ?? (sight.isSent ? 'Your decision is on its way.' : undefined);
}

/** Everything about a card that a person decides on: when it changes, the card is another one. */
export function cardIdentity({ id, sha256, preview, stale }: ConsoleProposal): string {
  return [id, sha256, preview?.previewId ?? 'no preview', stale ?? 'fresh'].join(' ');
}

/** Findings in the words in which its author is told of them. */
export function findingWords({
  message,
  line,
}: {
  readonly message: string;
  readonly line?: number | undefined;
}): string {
  return line === undefined ? message : `line ${line}: ${message}`;
}
