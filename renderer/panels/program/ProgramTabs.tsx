// Owns the row of tabs: one per program that was offered, and the operator's own.

import { useEffect, useRef } from 'react';
import { showTab, useProgram } from './program-store.ts';
import { OWN_TAB, STATE_WORDS, type TabState } from './program-tabs.ts';
import type { ProgramView } from './program-view.ts';

const SIGNS: Readonly<Record<TabState, string>> = {
  asked: '?',
  running: '▸',
  succeeded: '✓',
  failed: '×',
  rejected: '–',
  refused: '!',
  edited: '→',
  waiting: '·',
};

interface Shown {
  readonly id: string;
  readonly title: string;
  readonly state: TabState | undefined;
}

export function ProgramTabs({ view }: { readonly view: ProgramView }) {
  const hasOwn = useProgram((store) => store.own !== null);
  const tabs: Shown[] = [
    ...view.tabs.map(({ id, title, state }) => ({ id, title, state })),
    ...(hasOwn ? [{ id: OWN_TAB, title: 'Own program', state: undefined }] : []),
  ];
  const front = view.isOwn ? OWN_TAB : view.tab?.id;
  const row = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab in front is brought into view.
  useEffect(() => {
    row.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [front]);
  if (tabs.length === 0) return null;
  const move = (by: number) => {
    const index = tabs.findIndex(({ id }) => id === front);
    const next = tabs[(index + by + tabs.length) % tabs.length];
    showTab(next.id);
    row.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div
      className="program-tabs"
      role="tablist"
      aria-label="Programs"
      ref={row}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') move(1);
        else if (event.key === 'ArrowLeft') move(-1);
        else return;
        event.preventDefault();
      }}
    >
      {tabs.map(({ id, title, state }) => (
        <button
          key={id}
          type="button"
          role="tab"
          data-tab={id}
          data-state={state}
          className="program-tab"
          aria-selected={id === front}
          tabIndex={id === front ? 0 : -1}
          title={state === undefined ? title : `${title}: ${STATE_WORDS[state]}`}
          onClick={() => showTab(id)}
        >
          {state === undefined ? null : (
            <span className="program-tab-sign" aria-hidden="true">
              {SIGNS[state]}
            </span>
          )}
          {title}
          {state === undefined ? null : <span className="visually-hidden">, {STATE_WORDS[state]}</span>}
        </button>
      ))}
    </div>
  );
}
