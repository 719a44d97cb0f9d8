// Owns what the operator has chosen on the card and not sent yet. What was chosen about one card never carries over to
// another, except how blocks are run. Must never send anything.

import { create } from 'zustand';
import type { ConsoleDecision } from '../../../electron/ipc/console-contract.ts';

export type RunMode = Extract<ConsoleDecision, { kind: 'approve' }>['mode'];

export interface ApprovalStore {
  readonly mode: RunMode;
  readonly pauseAtUnknown: boolean;
  /** The question that the rest belongs to. */
  readonly proposalId: string | null;
  readonly acceptsFailure: boolean;
  readonly isRejecting: boolean;
  readonly comment: string;
  /** Findings that its author is to hear of, in words. */
  readonly findings: readonly string[];
  /** A decision or a new preview was asked for and not answered yet. */
  readonly sent: 'nothing' | 'decision' | 'renewal';
}

const FRESH = {
  acceptsFailure: false,
  isRejecting: false,
  comment: '',
  findings: [],
  sent: 'nothing',
} as const satisfies Partial<ApprovalStore>;

export const useApproval = create<ApprovalStore>(() => ({
  mode: 'run',
  pauseAtUnknown: false,
  proposalId: null,
  ...FRESH,
}));

/** Tells which question is open; another one begins with nothing chosen. */
export function beginQuestion(proposalId: string | null): void {
  if (useApproval.getState().proposalId !== proposalId) useApproval.setState({ proposalId, ...FRESH });
}

export function toggleFinding(words: string): void {
  useApproval.setState(({ findings }) => ({
    findings: findings.includes(words) ? findings.filter((one) => one !== words) : [...findings, words],
  }));
}
