// Owns what the program panel shows at this moment, made of the story, the open question and the operator's texts. Must
// never change any of them.

import { useMemo } from 'react';
import { useConsole } from '../../app/console-store.ts';
import { usePlayback, useStory } from '../../source/use-source.ts';
import { useProgram } from './program-store.ts';
import { currentTab, OWN_TAB, type ProgramTab, programTabs, QUESTION_TAB } from './program-tabs.ts';
import { lineAt } from './running-line.ts';

export interface ProgramView {
  readonly tabs: readonly ProgramTab[];
  /** The tab in front; undefined for the operator's own program, or when there is nothing. */
  readonly tab: ProgramTab | undefined;
  readonly isOwn: boolean;
  readonly source: string;
  readonly isEditable: boolean;
}

/** A story that has not begun. */
const NO_BLOCKS = { blocks: [] } as const;

export function useProgramView(): ProgramView {
  const story = useStory();
  const proposal = useConsole(({ state, replayOf }) => (replayOf === null ? (state?.proposal ?? null) : null));
  const isLive = useConsole(({ replayOf }) => replayOf === null);
  const { shown, own, edit } = useProgram();
  const tabs = useMemo(() => programTabs(story ?? NO_BLOCKS, proposal), [story, proposal]);
  // The block that is under the cursor changes seldom; the cursor itself does not concern this view.
  const current = usePlayback(({ cursorS }) => currentTab(tabs, cursorS)?.id) ?? currentTab(tabs, Infinity)?.id;
  const wanted = shown ?? current;
  const hasOwn = isLive && own !== null;
  const isOwn = hasOwn && (wanted === OWN_TAB || tabs.length === 0);
  const tab = isOwn ? undefined : (tabs.find(({ id }) => id === wanted) ?? tabs.find(({ id }) => id === current));
  const isEdited = tab?.id === QUESTION_TAB && edit !== null && edit.proposalId === proposal?.id;
  return {
    tabs,
    tab,
    isOwn,
    source: isOwn ? (own ?? '') : isEdited ? edit.source : (tab?.source ?? ''),
    isEditable: isOwn || isEdited,
  };
}

/** The line of a tab that runs at the shown instant; null for none. Live, what the robot host says goes first. */
export function useRunningLine(tab: ProgramTab | undefined): number | null {
  const story = useStory();
  const isFollowing = usePlayback(({ following }) => following) ?? false;
  const underWay = useConsole(({ cellStatus, replayOf }) => {
    const running = replayOf === null ? cellStatus?.running : undefined;
    return running == null || running.call == null ? undefined : `${running.block} ${running.call.line ?? ''}`;
  });
  const atCursor = usePlayback(({ cursorS }) => {
    const found = story === undefined ? undefined : lineAt(story, cursorS);
    return found === undefined ? undefined : `${found.block} ${found.attempt} ${found.line}`;
  });
  if (tab === undefined) return null;
  if (isFollowing && underWay !== undefined) {
    const [block, line] = underWay.split(' ');
    return tab.state === 'running' && Number(block) === tab.block && line !== '' ? Number(line) : null;
  }
  if (atCursor === undefined) return null;
  const [block, attempt, line] = atCursor.split(' ').map(Number);
  // While a live session waits, its last line runs no more.
  if (isFollowing && tab.state !== 'running') return null;
  return tab.story?.block === block && tab.story.attempt === attempt ? line : null;
}
