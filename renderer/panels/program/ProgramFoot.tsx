// Owns the line below the editor: what the check says, what runs, and what the marks mean.

import type { ConsoleDiagnostic } from '../../../electron/ipc/console-contract.ts';
import { Icon } from '../../ui/Icon.tsx';
import { knowledgeByLine } from './line-knowledge.ts';
import { wishLine } from './program-store.ts';
import { OWN_TAB, QUESTION_TAB } from './program-tabs.ts';
import type { ProgramView } from './program-view.ts';

interface Props {
  readonly view: ProgramView;
  /** What the check says of a text that is being written; undefined while it has not. */
  readonly found: readonly ConsoleDiagnostic[] | undefined;
  readonly runningLine: number | null;
}

export function ProgramFoot({ view, found, runningLine }: Props) {
  return (
    <div className="program-foot">
      {!view.isEditable ? (
        <Verdict view={view} />
      ) : found === undefined ? (
        <span>The check looks while you write</span>
      ) : (
        <Found found={found} tabId={view.isOwn ? OWN_TAB : QUESTION_TAB} />
      )}
      <span className="program-foot-running">{runningLine === null ? '' : `Line ${runningLine} runs`}</span>
      {view.isEditable ? null : <Legend view={view} />}
    </div>
  );
}

function Found({ found, tabId }: { readonly found: readonly ConsoleDiagnostic[]; readonly tabId: string }) {
  const errors = found.filter(({ severity }) => severity === 'error');
  const first = errors.at(0) ?? found.at(0);
  if (first === undefined) {
    return (
      <span className="program-ok">
        <Icon name="check" /> The check finds nothing so far
      </span>
    );
  }
  const count =
    errors.length === 0 ? `${found.length} to look at` : errors.length === 1 ? '1 error' : `${errors.length} errors`;
  return (
    <button type="button" className="program-found" onClick={() => wishLine(tabId, first.line)}>
      <Icon name="warning" />
      <span>
        {count}; line {first.line}: {first.message}
      </span>
    </button>
  );
}

function Verdict({ view }: Pick<Props, 'view'>) {
  const check = view.tab?.story?.check?.message;
  if (check?.outcome !== 'failed') return <span />;
  const [first] = check.diagnostics;
  return (
    <button type="button" className="program-found" onClick={() => wishLine(view.tab?.id ?? null, first?.line ?? 1)}>
      <Icon name="warning" />
      <span>The check refused it{first === undefined ? '' : `; line ${first.line}: ${first.message}`}</span>
    </button>
  );
}

function Legend({ view }: Pick<Props, 'view'>) {
  const kinds = new Set(knowledgeByLine(view.tab?.preview).values());
  if (kinds.size === 0) return null;
  return (
    <span className="program-legend">
      {kinds.has('exact') ? <span className="program-mark-exact">● exact</span> : null}
      {kinds.has('predicted') ? <span className="program-mark-predicted">◐ predicted</span> : null}
      {kinds.has('not-reached') ? <span className="program-mark-not-reached">○ not reached</span> : null}
    </span>
  );
}
