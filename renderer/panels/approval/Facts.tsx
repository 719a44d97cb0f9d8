// Owns how facts are set: rows with a name and a text, lines of the program as links, and weights that are told by a sign
// and a word as well as by a colour.

import type { ReactNode } from 'react';
import { useConsole } from '../../app/console-store.ts';
import { Icon } from '../../ui/Icon.tsx';
import { showProgram } from '../program/program-actions.ts';
import { wishLine } from '../program/program-store.ts';
import type { FactRow, Headline } from './card-facts.ts';

/** A number of a line that shows it in the program. */
export function LineLink({
  line,
  tab,
  block,
}: {
  readonly line: number;
  readonly tab: string;
  readonly block: number;
}) {
  return (
    <button
      type="button"
      className="approval-line"
      aria-label={`Show line ${line}`}
      onClick={() => {
        useConsole.setState({ selection: { kind: 'line', block, line } });
        wishLine(tab, line);
        showProgram();
      }}
    >
      {line}
    </button>
  );
}

export function LineLinks(props: { readonly lines: readonly number[]; readonly tab: string; readonly block: number }) {
  const { lines, tab, block } = props;
  if (lines.length === 0) return null;
  return (
    <span className="approval-lines">
      {lines.length === 1 ? 'line' : 'lines'}{' '}
      {lines.map((line) => (
        <LineLink key={line} line={line} tab={tab} block={block} />
      ))}
    </span>
  );
}

export function Facts({ rows }: { readonly rows: readonly FactRow[] }) {
  if (rows.length === 0) return null;
  return (
    <dl className="approval-facts">
      {rows.map(({ fact, text, weight }) => (
        <div key={`${fact} ${text}`} className={`approval-fact approval-fact-${weight}`}>
          <dt>
            {weight === 'plain' ? null : <Icon name="warning" />}
            {fact}
          </dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Numbers that are read from an arm's length away. */
export function Headlines({ rows }: { readonly rows: readonly Headline[] }) {
  if (rows.length === 0) return null;
  return (
    <dl className="approval-headlines">
      {rows.map(({ label, value, unit }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {value}
            {unit === '' ? null : <span className="approval-unit"> {unit}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Section(props: { readonly title: string; readonly note?: string; readonly children: ReactNode }) {
  return (
    <section className="approval-section">
      <h3>
        {props.title}
        {props.note === undefined ? null : <span className="approval-note"> {props.note}</span>}
      </h3>
      {props.children}
    </section>
  );
}
