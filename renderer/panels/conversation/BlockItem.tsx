// Owns how one attempt at a block looks in the conversation: check, preview, decision, what it said and how it ended, with
// the way to its program and its motion.

import { memo } from 'react';
import { useConsole } from '../../app/console-store.ts';
import type { StoryBlock } from '../../source/story.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { LineLink } from '../approval/Facts.tsx';
import { showProgram } from '../program/program-actions.ts';
import { showTab } from '../program/program-store.ts';
import { blockTabId, titleOf } from '../program/program-tabs.ts';
import { Folded } from './Folded.tsx';

type Tone = 'ok' | 'bad' | 'attention' | 'plain';

interface Step {
  readonly what: string;
  readonly tone: Tone;
  readonly text: string;
  readonly line?: number | undefined;
  readonly hint?: string | undefined;
}

const ICONS: Readonly<Record<Tone, IconName>> = { ok: 'check', bad: 'cross', attention: 'warning', plain: 'dot' };

/** What happened to a block so far, in order. */
export function blockSteps(block: StoryBlock): readonly Step[] {
  const steps: Step[] = [];
  const { check, preview, approval, result, calls } = block;
  if (check !== undefined) {
    const { outcome, diagnostics } = check.message;
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const [first] = errors;
    const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
    if (outcome === 'passed') steps.push({ what: 'Check', tone: 'ok', text: 'passed' });
    else if (first === undefined) steps.push({ what: 'Check', tone: 'bad', text: 'not passed' });
    else {
      const { line, message, hint } = first;
      steps.push({ what: 'Check', tone: 'bad', text: `${message}${more}`, line, hint });
    }
  }
  if (preview !== undefined) steps.push(previewStep(preview.message));
  if (approval !== undefined) {
    const { decision, by, comment } = approval.message;
    const who = by === 'operator' ? 'by the operator' : 'by the rule that approves by itself';
    const words = comment === undefined || comment === '' ? '' : `: ${comment}`;
    steps.push({
      what: 'Decision',
      tone: decision === 'approved' ? 'ok' : 'attention',
      text: `${decision} ${who}${words}`,
    });
  }
  if (result !== undefined) {
    const { outcome, message, stage, failure } = result.message;
    const count = calls.length === 1 ? '1 call' : `${calls.length} calls`;
    if (outcome === 'succeeded') steps.push({ what: 'Run', tone: 'ok', text: `${message}, ${count}` });
    else {
      // A stop is no place where a program fails.
      const at = stage === undefined ? '' : stage === 'stopped' ? 'stopped: ' : `failed at ${stage}: `;
      steps.push({ what: 'Run', tone: 'bad', text: `${at}${message}`, line: failure?.line, hint: failure?.hint });
    }
  } else if (block.startS !== null) steps.push({ what: 'Run', tone: 'plain', text: 'under way' });
  return steps;
}

function previewStep(preview: NonNullable<StoryBlock['preview']>['message']): Step {
  const { outcome, failure, durationS, topToolSpeedMPerS, predictedSuccess } = preview;
  if (outcome !== 'passed') {
    const { message = 'no reason was given', line, hint } = failure ?? {};
    return { what: 'Preview', tone: outcome === 'failed' ? 'bad' : 'attention', text: message, line, hint };
  }
  const goal = { yes: 'the goal would hold', no: 'the goal would not hold', unknown: '' }[
    predictedSuccess ?? 'unknown'
  ];
  const facts = [
    durationS === undefined ? '' : `${durationS.toFixed(1)} s`,
    topToolSpeedMPerS === undefined ? '' : `${topToolSpeedMPerS.toFixed(2)} m/s at most`,
    goal,
  ];
  const tone = predictedSuccess === 'no' ? 'attention' : 'ok';
  return { what: 'Preview', tone, text: facts.filter((fact) => fact !== '').join(', ') };
}

export const BlockItem = memo(function BlockItem({ block }: { readonly block: StoryBlock }) {
  const tab = blockTabId(block.block, block.attempt);
  const title = titleOf(block.block, block.attempt);
  return (
    <article className="item item-block" aria-label={title}>
      <div className="item-head">
        <h4 className="item-title">{title}</h4>
        {block.startS === null ? null : <MomentButton timeS={block.startS} />}
        <Button
          size="small"
          kind="quiet"
          icon="program"
          onClick={() => {
            showTab(tab);
            showProgram();
          }}
        >
          Program
        </Button>
      </div>
      <ul className="steps">
        {blockSteps(block).map(({ what, tone, text, line, hint }) => (
          <li key={what} className={`step step-${tone}`}>
            <Icon name={ICONS[tone]} />
            <span>
              <span className="step-what">{what}</span> {text}
              {line === undefined ? null : (
                <>
                  {' '}
                  (line <LineLink line={line} tab={tab} block={block.block} />)
                </>
              )}
              {hint === undefined || hint === '' ? null : <span className="step-hint"> Next: {hint}</span>}
            </span>
          </li>
        ))}
      </ul>
      <Output block={block} />
      {block.functions.length === 0 ? null : (
        <Folded
          title={`${block.functions.length} written for it: ${block.functions.map(({ message }) => message.name).join(', ')}`}
        >
          {() =>
            block.functions.map(({ message }) => (
              <pre key={message.sha256} className="told-text">
                {message.source}
              </pre>
            ))
          }
        </Folded>
      )}
    </article>
  );
});

/** Lines that are shown without being asked for. */
const SHOWN_LINES = 6;

function Output({ block: { output } }: { readonly block: StoryBlock }) {
  if (output.length === 0) return null;
  const shown = output.slice(-SHOWN_LINES);
  const earlier = output.slice(0, -SHOWN_LINES);
  const line = ({ message: { channel, text }, sequence }: StoryBlock['output'][number]) => (
    <li key={sequence} className={`said said-${channel}`}>
      {channel === 'say' ? (
        <span className="said-who">says</span>
      ) : channel === 'log' || channel === 'info' ? null : (
        <span className="said-who">{channel === 'warn' ? 'warns' : 'error'}</span>
      )}
      {text}
    </li>
  );
  return (
    <>
      {earlier.length === 0 ? null : (
        <Folded title={`${earlier.length} lines before`}>
          {() => <ul className="output">{earlier.map(line)}</ul>}
        </Folded>
      )}
      <ul className="output" aria-label="What it printed and said">
        {shown.map(line)}
      </ul>
    </>
  );
}

/** An instant of robot time; a press goes there, where that is possible. */
export function MomentButton({ timeS }: { readonly timeS: number }) {
  const canSeek = useConsole(({ source }) => source?.can.seek === true);
  const words = `${timeS.toFixed(1)} s`;
  if (!canSeek) return <span className="moment">{words}</span>;
  return (
    <button
      type="button"
      className="moment moment-button"
      aria-label={`Go to ${words}`}
      onClick={() => useConsole.getState().source?.seek(timeS)}
    >
      {words}
    </button>
  );
}
