// Owns the operator's answers to the open question: approve, reject, renew the preview. Buttons, keys and the palette run
// these. Must never answer but on a press that was meant for the card that is on screen.

import { actionOf, registerActions } from '../../app/actions.ts';
import { toast, useConsole } from '../../app/console-store.ts';
import { requestSession } from '../../app/session-client.ts';
import { chordInWords } from '../../ui/Keys.tsx';
import { withoutControl } from '../program/program-actions.ts';
import { type ApprovalSight, cardIdentity, whyNotApprove, whyNotReject } from './approval-rules.ts';
import { beginQuestion, type RunMode, useApproval } from './approval-store.ts';
import { CardGuard } from './card-guard.ts';
import { lastPress, watchPresses } from './presses.ts';

export const APPROVE_CHORD = 'mod+Enter';

/** Knows which card is on screen; the card itself tells it. */
export const cardGuard = new CardGuard(() => performance.now());

function openQuestion() {
  const { state, replayOf } = useConsole.getState();
  return replayOf === null ? (state?.proposal ?? null) : null;
}

function sight(): ApprovalSight {
  const { acceptsFailure, sent, proposalId } = useApproval.getState();
  const proposal = openQuestion();
  const isMine = proposal !== null && proposal.id === proposalId;
  return {
    proposal,
    robotKind: useConsole.getState().state?.cell?.robotKind ?? 'real',
    withoutControl: withoutControl(),
    acceptsFailure: isMine && acceptsFailure,
    isSent: isMine && sent !== 'nothing',
  };
}

export const whyNotApproveNow = () => whyNotApprove(sight());
export const whyNotRejectNow = () => whyNotReject(sight());

function showCard(): void {
  void actionOf('view.approval')?.perform();
}

/** Sends what belongs to a question; what was chosen stays when it did not arrive. */
async function send(kind: 'decision' | 'renewal', asking: () => Promise<unknown>): Promise<void> {
  useApproval.setState({ sent: kind });
  try {
    await asking();
  } finally {
    useApproval.setState({ sent: 'nothing' });
  }
}

async function approve(): Promise<void> {
  const proposal = openQuestion();
  const speedScale = useConsole.getState().state?.cell?.speedScale;
  if (proposal === null || speedScale === undefined || whyNotApproveNow() !== undefined) return;
  const press = lastPress();
  if (press.isWriting) {
    toast('info', `${chordInWords(APPROVE_CHORD)} approves only when nobody is writing. Leave the text field first.`);
    return;
  }
  const verdict = cardGuard.judge(cardIdentity(proposal), press.beganMs);
  if (verdict.kind !== 'meant') {
    showCard();
    const why = verdict.kind === 'too-soon' ? 'The card changed as you pressed.' : 'The card was not on screen.';
    toast('warning', `${why} Nothing was approved.`, 'Read the card, then approve.');
    return;
  }
  const { mode, pauseAtUnknown } = useApproval.getState();
  const { id, sha256 } = proposal;
  const decision = { kind: 'approve', mode, speedScale, pauseAtUnknown } as const;
  await send('decision', () => requestSession('decide', { proposalId: id, sha256, decision }));
}

/** Opens the place for the comment. */
function beginRejecting(): void {
  showCard();
  const proposal = openQuestion();
  if (proposal === null) return;
  beginQuestion(proposal.id);
  useApproval.setState({ isRejecting: true });
}

/** Sends the rejection with the comment and the findings that were ticked. */
export async function sendRejection(): Promise<void> {
  const proposal = openQuestion();
  const { comment, findings, proposalId } = useApproval.getState();
  if (proposal === null || proposal.id !== proposalId || whyNotRejectNow() !== undefined) return;
  const decision = { kind: 'reject', comment: comment.trim(), findings: [...findings] } as const;
  const { id, sha256 } = proposal;
  await send('decision', () => requestSession('decide', { proposalId: id, sha256, decision }));
}

/** A new preview of the open question. @param speedScale the speed of now unless given */
export async function renewPreview(speedScale?: number): Promise<void> {
  const proposal = openQuestion();
  const speed = speedScale ?? useConsole.getState().state?.cell?.speedScale;
  if (proposal === null || speed === undefined || whyNotRejectNow() !== undefined) return;
  await send('renewal', () => requestSession('renewPreview', { proposalId: proposal.id, speedScale: speed }));
}

const MODE_LABELS: Readonly<Record<RunMode, string>> = {
  run: 'Run approved blocks in one go',
  step: 'Run approved blocks motion by motion',
  hold: 'Run approved blocks only while a key is held',
};

watchPresses();

registerActions([
  {
    id: 'approval.approve',
    group: 'program',
    label: 'Approve and run the program',
    keys: [APPROVE_CHORD],
    unavailable: whyNotApproveNow,
    perform: approve,
  },
  {
    id: 'approval.reject',
    group: 'program',
    label: 'Reject the program with a comment…',
    keys: ['alt+r'],
    unavailable: whyNotRejectNow,
    perform: beginRejecting,
  },
  {
    id: 'approval.renew',
    group: 'program',
    label: 'Renew the preview',
    keys: ['alt+n'],
    unavailable: whyNotRejectNow,
    perform: () => renewPreview(),
  },
  ...(['run', 'step', 'hold'] as const).map((mode, index) => ({
    id: `approval.mode.${mode}`,
    group: 'program' as const,
    label: MODE_LABELS[mode],
    keys: [`alt+shift+${index + 1}`],
    checked: () => useApproval.getState().mode === mode,
    perform: () => useApproval.setState({ mode }),
  })),
  {
    id: 'approval.pauseAtUnknown',
    group: 'program',
    label: 'Pause at the first line that the preview could not know',
    keys: ['alt+u'],
    checked: () => useApproval.getState().pauseAtUnknown,
    perform: () => useApproval.setState(({ pauseAtUnknown }) => ({ pauseAtUnknown: !pauseAtUnknown })),
  },
]);
