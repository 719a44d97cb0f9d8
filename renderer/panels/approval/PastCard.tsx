// Owns the card of a block that was decided before, as a recording tells it: what was predicted, what was decided, what
// came of it. Nothing on it can be pressed but lines.

import type { StoryBlock } from '../../source/story.ts';
import { Icon } from '../../ui/Icon.tsx';
import { knowledgeSentences } from '../program/line-knowledge.ts';
import { type FactRow, headlines, motionRows } from './card-facts.ts';
import { Facts, Headlines, LineLinks, Section } from './Facts.tsx';

interface Props {
  readonly block: StoryBlock;
  readonly title: string;
  readonly tab: string;
}

const DECISIONS = { approved: 'Approved', rejected: 'Rejected', edited: 'Edited', stopped: 'Stopped' } as const;

export function PastCard({ block, title, tab }: Props) {
  const preview = block.preview?.message;
  const facts = preview === undefined ? null : { ...preview, softExcesses: [], calls: block.calls.length };
  const calls = (preview?.lines ?? []).map(({ line }) => ({ name: '', risk: '', lines: [line], repeatedLines: [] }));
  const findings = preview?.findings ?? [];
  const passed = preview?.outcome === 'passed';
  return (
    <article className="approval-card approval-past" aria-label={`${title}, as it was decided`}>
      <div className="approval-scroll">
        <header className="approval-head">
          <h2>{title}</h2>
          {preview === undefined ? null : (
            <span className={passed ? 'badge badge-ok' : 'badge badge-danger'}>
              <Icon name={passed ? 'check' : 'cross'} /> Preview {preview.outcome}
            </span>
          )}
        </header>
        <Facts rows={[...decisionRows(block), ...outcomeRows(block)]} />
        {facts === null ? null : (
          <Section title="What the preview said">
            <Headlines rows={headlines(facts)} />
            <Facts rows={motionRows(facts)} />
            <ul className="approval-sentences">
              {knowledgeSentences({ calls }, preview).map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </Section>
        )}
        {findings.length === 0 ? null : (
          <Section title="What the critics found">
            <ul className="approval-sentences">
              {findings.map(({ critic, message, line, timeS }) => (
                <li key={`${critic} ${timeS} ${message}`}>
                  {message} {line === undefined ? null : <LineLinks lines={[line]} tab={tab} block={block.block} />}
                </li>
              ))}
            </ul>
          </Section>
        )}
      </div>
    </article>
  );
}

function decisionRows({ approval }: StoryBlock): readonly FactRow[] {
  if (approval === undefined) return [{ fact: 'Decision', text: 'none was made', weight: 'plain' }];
  const { decision, by, speedScale, grants, comment } = approval.message;
  const speed = speedScale === undefined ? '' : ` at ${Math.round(speedScale * 100)} % speed`;
  return [
    {
      fact: DECISIONS[decision],
      text: `by the ${by === 'operator' ? 'operator' : 'rule that approves by itself'}${speed}`,
      weight: 'plain',
    },
    ...(grants === undefined || grants.length === 0
      ? []
      : [{ fact: 'Allowed', text: grants.join(', '), weight: 'attention' } as const]),
    ...(comment === undefined || comment === '' ? [] : [{ fact: 'Comment', text: comment, weight: 'plain' } as const]),
  ];
}

function outcomeRows({ preview, result, startS, endS }: StoryBlock): readonly FactRow[] {
  const rows: FactRow[] = [];
  const predictedS = preview?.message.durationS;
  const tookS = startS === null || endS === null ? undefined : endS - startS;
  if (tookS !== undefined || predictedS !== undefined) {
    const predicted = predictedS === undefined ? '' : `${predictedS.toFixed(1)} s predicted`;
    const took = tookS === undefined ? '' : `${tookS.toFixed(1)} s in the run`;
    rows.push({ fact: 'Duration', text: [predicted, took].filter((one) => one !== '').join(', '), weight: 'plain' });
  }
  if (result === undefined) return rows;
  const { outcome, message, stage } = result.message;
  rows.push(
    outcome === 'succeeded'
      ? { fact: 'Outcome', text: message, weight: 'plain' }
      : {
          fact: 'Outcome',
          text: `failed${stage === undefined ? '' : ` at ${stage}`}: ${message}`,
          weight: 'attention',
        },
  );
  return rows;
}
