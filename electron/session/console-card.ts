// Owns what an operator at a window is shown of a proposal: facts of check and preview as plain data, and the author's claim
// apart from them. Must never turn a claim into a fact.

import type { CheckResult } from '../../skills/check/check-result.ts';
import type { CardPreview, CheckSummary, ConsoleProposal, ConsoleState } from '../ipc/console-contract.ts';
import type { PreviewFacts } from '../ipc/robot-host-contract.ts';
import { sha256OfText } from './installation.ts';
import type { Proposal } from './operator.ts';
import type { SessionStory } from './session-workbench.ts';

/** What the session knows of a proposal beside its facts. */
export interface CardSurroundings {
  readonly id: string;
  readonly block: number;
  readonly origin: ConsoleProposal['origin'];
  readonly claim: string;
  readonly stale: string | null;
  /** Source of the operator's own edit that the check refused. */
  readonly refusedSource: string | undefined;
  readonly previous: ConsoleProposal['previous'];
}

export function cardOf(proposal: Proposal, around: CardSurroundings): ConsoleProposal {
  const { source, check, preview, refusedEdit } = proposal;
  const { id, block, origin, claim, stale, refusedSource, previous } = around;
  return {
    id,
    block,
    source,
    sha256: sha256OfText(source),
    origin,
    claim,
    check: checkSummary(check),
    preview: cardPreview(preview),
    stale,
    refusedEdit:
      refusedEdit === undefined ? null : { source: refusedSource ?? source, check: checkSummary(refusedEdit) },
    previous,
  };
}

export function checkSummary({ ok, diagnostics, effects, missingFunctions }: CheckResult): CheckSummary {
  return { ok, diagnostics, effects, missingFunctions: (missingFunctions ?? []).map(({ name }) => name) };
}

/** Without what only an offer needs. */
export function cardPreview(facts: PreviewFacts | null): CardPreview | null {
  if (facts === null) return null;
  const { startJointsRad: _, ...shown } = facts;
  return shown;
}

/** How a block ended. */
export function blockEnd(block: number, story: SessionStory): ConsoleState['lastBlock'] {
  switch (story.kind) {
    case 'ran':
      return { block, outcome: story.failure === undefined ? 'succeeded' : 'failed', failure: failureOf(story) };
    case 'rejected':
      return { block, outcome: 'rejected', failure: null };
    case 'stopped':
      return { block, outcome: 'stopped', failure: failureOf(story) };
  }
}

function failureOf({ failure }: Pick<Extract<SessionStory, { kind: 'ran' | 'stopped' }>, 'failure'>) {
  if (failure === undefined) return null;
  const { stage, code, message, hint = '', line = null } = failure;
  return { stage, code, message, hint, line };
}
