// Owns the card of an open question: facts of check and preview first, the author's claim apart. Must never show what an
// author says as a fact, nor put the focus on Approve.

import { useEffect, useMemo } from 'react';
import type { ConsoleProposal } from '../../../electron/ipc/console-contract.ts';
import { useConsole } from '../../app/console-store.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { usePanelVisible } from '../panel-visible.ts';
import { knowledgeSentences } from '../program/line-knowledge.ts';
import { QUESTION_TAB } from '../program/program-tabs.ts';
import { cardGuard, renewPreview, whyNotRejectNow } from './approval-actions.ts';
import { cardIdentity } from './approval-rules.ts';
import { beginQuestion, useApproval } from './approval-store.ts';
import { CardFoot } from './CardFoot.tsx';
import {
  closedLoopRows,
  codeRows,
  failureRows,
  grantRows,
  headlines,
  motionRows,
  type PreviewStanding,
  previewStanding,
  riskRows,
} from './card-facts.ts';
import { Facts, Headlines, LineLinks, Section } from './Facts.tsx';
import { Findings } from './Findings.tsx';
import { factChanges } from './fact-diff.ts';

const ORIGINS: Readonly<Record<ConsoleProposal['origin'], string>> = {
  expert: 'the reference program',
  file: 'a file',
  model: 'the model',
  operator: 'you',
  edited: 'the model, edited by you',
};

/** Tells the guard what is on screen, and for how long. */
function useCardOnScreen(proposal: ConsoleProposal): void {
  const isVisible = usePanelVisible();
  const card = isVisible ? cardIdentity(proposal) : null;
  useEffect(() => {
    cardGuard.show(card);
    return () => cardGuard.show(null);
  }, [card]);
  useEffect(() => beginQuestion(proposal.id), [proposal.id]);
}

export function ApprovalCard({ proposal }: { readonly proposal: ConsoleProposal }) {
  useCardOnScreen(proposal);
  const { check, preview, block } = proposal;
  const standing = previewStanding(proposal);
  const isWorthless = standing.kind === 'stale';
  return (
    <article className="approval-card" aria-label={`Approval of block ${block + 1}`} data-standing={standing.kind}>
      <div className="approval-scroll">
        <header className="approval-head">
          <h2>Block {block + 1}</h2>
          <span className="approval-origin">by {ORIGINS[proposal.origin]}</span>
          <StandingBadge standing={standing} />
        </header>
        <StandingBox proposal={proposal} standing={standing} />
        <RefusedEdit proposal={proposal} />
        <Grants proposal={proposal} />
        <div className={isWorthless ? 'approval-measured approval-void' : 'approval-measured'}>
          <Headlines rows={headlines(preview)} />
          <Facts rows={motionRows(preview)} />
        </div>
        <Calls proposal={proposal} />
        <Facts rows={[...closedLoopRows(check, preview), ...codeRows(check)]} />
        <Unknowns proposal={proposal} />
        <Changes proposal={proposal} />
        <Findings proposal={proposal} />
        <Prints proposal={proposal} />
        <Claim proposal={proposal} />
      </div>
      <CardFoot proposal={proposal} standing={standing} />
    </article>
  );
}

type Props = { readonly proposal: ConsoleProposal };

const BADGES = {
  passed: { className: 'badge badge-ok', icon: 'check', words: 'Preview passed' },
  failed: { className: 'badge badge-danger', icon: 'cross', words: 'Preview failed' },
  stale: { className: 'badge badge-warn', icon: 'warning', words: 'Preview is out of date' },
  none: { className: 'badge badge-warn', icon: 'warning', words: 'Not previewed' },
} as const;

function StandingBadge({ standing }: { readonly standing: PreviewStanding }) {
  const { className, icon, words } = BADGES[standing.kind];
  return (
    <span className={className}>
      <Icon name={icon} /> {words}
    </span>
  );
}

function StandingBox({ proposal, standing }: Props & { readonly standing: PreviewStanding }) {
  const isRenewing = useApproval((store) => store.sent === 'renewal');
  useConsole((store) => store.holdsLease);
  if (standing.kind === 'passed') return null;
  const why = whyNotRejectNow();
  const renew = (
    <Button
      size="small"
      icon="reset"
      unavailable={isRenewing ? 'The preview is being made.' : why}
      onClick={() => void renewPreview().catch(() => undefined)}
    >
      Renew preview
    </Button>
  );
  if (standing.kind === 'failed') {
    return (
      <div className="approval-box approval-box-danger">
        <Facts rows={failureRows(proposal)} />
      </div>
    );
  }
  return (
    <div className="approval-box approval-box-warn">
      <p>
        {standing.kind === 'stale'
          ? `${standing.message}. What the card says below held before that.`
          : `Nothing is known in advance. ${standing.message} Every motion still passes the gate.`}
      </p>
      {renew}
    </div>
  );
}

function RefusedEdit({ proposal: { refusedEdit } }: Props) {
  if (refusedEdit === null) return null;
  const errors = refusedEdit.check.diagnostics.filter(({ severity }) => severity === 'error');
  return (
    <div className="approval-box approval-box-danger" role="alert">
      <p>
        <strong>Your edit did not pass the check and was dropped.</strong> The program below is the one before it; your
        text is still open in the program panel.
      </p>
      <ul className="approval-diagnostics">
        {errors.map(({ line, column, message, hint, code }) => (
          <li key={`${line} ${column} ${code} ${message}`}>
            Line {line}: {message} <code>{code}</code>
            {hint === '' ? null : <span className="approval-hint"> {hint}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Grants({ proposal }: Props) {
  const rows = grantRows(proposal.preview);
  if (rows.length === 0) return null;
  return (
    <div className="approval-box approval-box-warn">
      <h3>
        <Icon name="warning" /> To approve is to allow, for this block only
      </h3>
      <ul className="approval-grants">
        {rows.map(({ fact, text }) => (
          <li key={fact}>
            <code>{fact}</code> {text}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Calls({ proposal: { check, block } }: Props) {
  const rows = riskRows(check.effects);
  return (
    <Section title="What it calls">
      {rows.length === 0 ? <p className="approval-muted">Nothing of the API.</p> : null}
      <ul className="approval-risks">
        {rows.map(({ risk, label, count, isRepeated, functions }) => (
          <li key={risk} data-risk={risk}>
            <span className="approval-risk-name">
              {label} <b>{count}</b>
              {isRepeated ? (
                <span title="Some stand in a loop or a function, and may run many times or never">+</span>
              ) : null}
            </span>
            <span className="approval-risk-functions">
              {functions.map(({ name, lines }) => (
                <span key={name}>
                  <code>{name}</code> <LineLinks lines={lines} tab={QUESTION_TAB} block={block} />
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Unknowns({ proposal: { check, preview, block } }: Props) {
  const sentences = knowledgeSentences(check.effects, preview);
  const predicted = (preview?.lines ?? []).filter(({ knowledge }) => knowledge === 'predicted').map(({ line }) => line);
  if (sentences.length === 0) return null;
  return (
    <Section title="What the preview could know">
      <ul className="approval-sentences">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {predicted.length === 0 ? null : (
        <p className="approval-muted">
          Predicted: <LineLinks lines={predicted} tab={QUESTION_TAB} block={block} />
        </p>
      )}
    </Section>
  );
}

function Changes({ proposal: { previous, preview } }: Props) {
  const changes = useMemo(() => factChanges(previous?.preview ?? null, preview), [previous, preview]);
  if (changes === undefined) return null;
  return (
    <Section title="Against the last block's prediction">
      {changes.length === 0 ? (
        <p className="approval-muted">Nothing of note has changed.</p>
      ) : (
        <table className="approval-changes">
          <thead className="visually-hidden">
            <tr>
              <th scope="col">Fact</th>
              <th scope="col">Last block</th>
              <th scope="col">This block</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ fact, before, now, weight }) => (
              <tr key={fact} data-weight={weight}>
                <th scope="row">
                  {weight === 'attention' ? <Icon name="warning" /> : null}
                  {fact}
                </th>
                <td>{before}</td>
                <td>
                  <span aria-hidden="true">→ </span>
                  {now}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Prints({ proposal: { preview } }: Props) {
  const printed = preview?.output ?? [];
  if (printed.length === 0) return null;
  return (
    <Section title="What it prints" note="its own words, not facts">
      <pre className="approval-prints">{printed.join('\n')}</pre>
    </Section>
  );
}

function Claim({ proposal: { claim } }: Props) {
  if (claim.trim() === '') return null;
  return (
    <Section title="What its author says" note="a claim, not a fact">
      <blockquote className="approval-claim">{claim}</blockquote>
    </Section>
  );
}
