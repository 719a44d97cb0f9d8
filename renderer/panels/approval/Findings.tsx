// Owns what the critics of the motion found, with a box each: ticked ones go to the program's author with a rejection.

import type { ConsoleProposal } from '../../../electron/ipc/console-contract.ts';
import { QUESTION_TAB } from '../program/program-tabs.ts';
import { findingWords } from './approval-rules.ts';
import { toggleFinding, useApproval } from './approval-store.ts';
import { LineLinks, Section } from './Facts.tsx';

export function Findings({ proposal: { preview, block } }: { readonly proposal: ConsoleProposal }) {
  const ticked = useApproval((store) => store.findings);
  const findings = preview?.findings ?? [];
  if (findings.length === 0) return null;
  return (
    <Section title="Look at" note="tick what its author should hear of when you reject">
      <ul className="approval-findings">
        {findings.map(({ critic, message, line, timeS }) => {
          const words = findingWords({ message, line });
          return (
            <li key={`${critic} ${timeS} ${words}`}>
              <label>
                <input type="checkbox" checked={ticked.includes(words)} onChange={() => toggleFinding(words)} />
                <span>
                  {message}{' '}
                  <span className="approval-muted">
                    {critic}, at {timeS.toFixed(1)} s
                  </span>
                </span>
              </label>
              {line === undefined ? null : <LineLinks lines={[line]} tab={QUESTION_TAB} block={block} />}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
