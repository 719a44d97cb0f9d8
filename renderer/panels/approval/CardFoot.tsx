// Owns the answers below the card: how it is run, Approve, Edit, Reject, and who may press them. They stand still while the
// card above them scrolls. Must never take a bare Enter or Space for an approval.

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { ConsoleProposal } from '../../../electron/ipc/console-contract.ts';
import { perform } from '../../app/action-keys.ts';
import { actionOf } from '../../app/actions.ts';
import { takeLease } from '../../app/cell-client.ts';
import { toast, useConsole } from '../../app/console-store.ts';
import { showError } from '../../app/session-client.ts';
import { Button } from '../../ui/Button.tsx';
import { chordInWords, Keys } from '../../ui/Keys.tsx';
import { APPROVE_CHORD, cardGuard, renewPreview, whyNotApproveNow, whyNotRejectNow } from './approval-actions.ts';
import { cardIdentity } from './approval-rules.ts';
import { type RunMode, useApproval } from './approval-store.ts';
import type { PreviewStanding } from './card-facts.ts';
import { RejectForm } from './RejectForm.tsx';

interface Props {
  readonly proposal: ConsoleProposal;
  readonly standing: PreviewStanding;
}

const MODES: readonly { readonly mode: RunMode; readonly label: string; readonly note: string }[] = [
  { mode: 'run', label: 'Run', note: 'In one go' },
  { mode: 'step', label: 'Step', note: 'Waits for you before each motion' },
  { mode: 'hold', label: 'Hold to run', note: 'Moves only while you hold a key or the button' },
];

const APPROVE_WORDS: Readonly<Record<RunMode, string>> = {
  run: 'Approve and run',
  step: 'Approve, step by step',
  hold: 'Approve, hold to run',
};

function run(id: string): void {
  const action = actionOf(id);
  if (action !== undefined) void perform(action);
}

export function CardFoot({ proposal, standing }: Props) {
  const { isRejecting } = useApproval();
  // What may be pressed follows the whole state.
  useConsole();
  const holdsLease = useConsole((store) => store.holdsLease);
  const holder = useConsole((store) => store.cellStatus?.lease?.name);
  if (!holdsLease) {
    return (
      <footer className="approval-foot">
        <p className="approval-watch">
          <strong>{holder === undefined ? 'Nobody holds control.' : `${holder} holds control.`}</strong> Only the holder
          of control decides. This window watches; Stop works here too.
        </p>
        <Button kind="primary" onClick={() => void takeLease(holder !== undefined).catch(showError)}>
          Take control
        </Button>
      </footer>
    );
  }
  if (isRejecting) return <RejectForm />;
  return (
    <footer className="approval-foot">
      <HowToRun proposal={proposal} />
      {standing.kind === 'failed' || standing.kind === 'none' ? <AcceptFailure standing={standing} /> : null}
      <div className="approval-buttons">
        <Button unavailable={whyNotRejectNow()} onClick={() => run('approval.reject')} aria-keyshortcuts="Alt+R">
          Reject…
        </Button>
        <Button unavailable={whyNotRejectNow()} onClick={() => run('program.edit')}>
          Edit
        </Button>
        <ApproveButton proposal={proposal} standing={standing} />
      </div>
    </footer>
  );
}

/** True from the first half second on. */
function useSettled(card: string): boolean {
  const [settled, setSettled] = useState<string | undefined>(undefined);
  useEffect(() => {
    // The guard is told of the card in an effect of its own; what is left is asked a moment later.
    let timer = setTimeout(function look() {
      const waitMs = cardGuard.settlesInMs;
      if (waitMs > 0) timer = setTimeout(look, waitMs);
      else setSettled(card);
    }, 0);
    return () => clearTimeout(timer);
  }, [card]);
  return settled === card;
}

function ApproveButton({ proposal, standing }: Props) {
  const { mode, sent } = useApproval();
  const isSettled = useSettled(cardIdentity(proposal));
  const why = whyNotApproveNow();
  const words =
    sent === 'decision' ? 'Sending…' : standing.kind === 'failed' ? 'Approve although it failed' : APPROVE_WORDS[mode];
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    if (event.type !== 'keydown' || event.repeat) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run('approval.approve');
    else
      toast(
        'info',
        `Press ${chordInWords(APPROVE_CHORD)} to approve. ${event.key === ' ' ? 'Space' : 'Enter'} alone never does.`,
      );
  };
  return (
    <Button
      kind={standing.kind === 'failed' ? 'danger' : 'primary'}
      className={isSettled ? 'approval-approve' : 'approval-approve approval-unsettled'}
      unavailable={why ?? (isSettled ? undefined : 'The card has just changed. Read it first.')}
      onKeyDown={onKey}
      onKeyUp={onKey}
      onClick={() => run('approval.approve')}
      aria-keyshortcuts="Control+Enter"
    >
      {words} <Keys chords={[APPROVE_CHORD]} />
    </Button>
  );
}

function AcceptFailure({ standing }: { readonly standing: PreviewStanding }) {
  const accepts = useApproval((store) => store.acceptsFailure);
  return (
    <label className="approval-accept">
      <input type="checkbox" checked={accepts} onChange={() => useApproval.setState({ acceptsFailure: !accepts })} />
      <span>
        {standing.kind === 'failed'
          ? 'I have read why the preview failed, and want it to run all the same'
          : 'I know that nothing was previewed, and want it to run all the same'}
      </span>
    </label>
  );
}

const SPEEDS = [5, 10, 25, 50, 75, 100];

function HowToRun({ proposal }: { readonly proposal: ConsoleProposal }) {
  const { mode, pauseAtUnknown, sent } = useApproval();
  const speedScale = useConsole((store) => store.state?.cell?.speedScale) ?? 1;
  const percent = Math.round(speedScale * 100);
  const speeds = SPEEDS.includes(percent) ? SPEEDS : [...SPEEDS, percent].sort((a, b) => a - b);
  const hasUnknown = (proposal.preview?.lines ?? []).some(({ knowledge }) => knowledge !== 'exact');
  const group = useRef(`mode-${proposal.id}`);
  return (
    <div className="approval-how">
      <fieldset className="approval-modes">
        <legend className="visually-hidden">How it is run</legend>
        {MODES.map((one) => (
          <label key={one.mode} className="approval-mode" title={one.note}>
            <input
              type="radio"
              name={group.current}
              checked={mode === one.mode}
              onChange={() => useApproval.setState({ mode: one.mode })}
            />
            <span>{one.label}</span>
          </label>
        ))}
      </fieldset>
      <label className="approval-speed">
        Speed
        <select
          className="input"
          value={percent}
          disabled={sent !== 'nothing'}
          title="Share of the robot's limits. Another speed needs a new preview, which is made at once."
          onChange={(event) => void renewPreview(Number(event.target.value) / 100).catch(showError)}
        >
          {speeds.map((one) => (
            <option key={one} value={one}>
              {one} %
            </option>
          ))}
        </select>
      </label>
      <label className="approval-pause" title="The live run waits at the first line that is not exact">
        <input
          type="checkbox"
          checked={pauseAtUnknown}
          onChange={() => useApproval.setState({ pauseAtUnknown: !pauseAtUnknown })}
        />
        <span>Pause at the first unknown line{hasUnknown ? '' : ' (there is none)'}</span>
      </label>
    </div>
  );
}
