// Owns the list of programs of a session as tabs: the open question, every attempt of every block, and the operator's own.
// Pure. Must never show two tabs for one text that was offered once.

import type { CheckSummary, ConsoleProposal } from '../../../electron/ipc/console-contract.ts';
import type { Story, StoryBlock } from '../../source/story.ts';
import type { PreviewKnowledge } from './line-knowledge.ts';

export type TabState = 'asked' | 'running' | 'succeeded' | 'failed' | 'rejected' | 'refused' | 'edited' | 'waiting';

export interface ProgramTab {
  readonly id: string;
  /** As "Block 2", "Block 2, second attempt". */
  readonly title: string;
  readonly block: number;
  readonly source: string;
  readonly origin: string;
  readonly state: TabState;
  /** The block of the story; undefined while only the question is there. */
  readonly story: StoryBlock | undefined;
  readonly preview: PreviewKnowledge | null;
  /** Of the open question only. */
  readonly effects: CheckSummary['effects'] | undefined;
  /** The program before it; null for the first. */
  readonly before: string | null;
}

export const QUESTION_TAB = 'question';
export const OWN_TAB = 'own';

export const STATE_WORDS: Readonly<Record<TabState, string>> = {
  asked: 'asks for approval',
  running: 'runs',
  succeeded: 'ran to its end',
  failed: 'failed',
  rejected: 'rejected',
  refused: 'did not pass the check',
  edited: 'replaced by an edit',
  waiting: 'not run',
};

export const blockTabId = (block: number, attempt: number) => `block-${block}-${attempt}`;

/** Every text that was offered or stands before the operator, oldest first. */
export function programTabs(story: Pick<Story, 'blocks'>, proposal: ConsoleProposal | null): readonly ProgramTab[] {
  const tabs: ProgramTab[] = story.blocks.map((one, index) => ({
    id: blockTabId(one.block, one.attempt),
    title: titleOf(one.block, one.attempt),
    block: one.block,
    source: one.program.message.source,
    origin: one.program.message.origin,
    state: stateOf(one, story.blocks[index + 1]),
    story: one,
    preview: one.preview?.message ?? null,
    effects: undefined,
    before: index === 0 ? null : story.blocks[index - 1].program.message.source,
  }));
  if (proposal === null) return tabs;
  // The question's own text stands in the story as well, as its last attempt.
  const last = tabs.at(-1);
  const isLast = last !== undefined && last.block === proposal.block && last.source === proposal.source;
  const others = isLast ? tabs.slice(0, -1) : tabs;
  const asked: ProgramTab = {
    id: QUESTION_TAB,
    title: titleOf(proposal.block, others.filter(({ block }) => block === proposal.block).length),
    block: proposal.block,
    source: proposal.source,
    origin: proposal.origin,
    state: 'asked',
    story: isLast ? last.story : undefined,
    preview: proposal.preview,
    effects: proposal.check.effects,
    before: others.at(-1)?.source ?? proposal.previous?.source ?? null,
  };
  return [...others, asked];
}

const ORDINALS = ['', 'second', 'third', 'fourth', 'fifth'];

/** Blocks count from 1 for people. */
export function titleOf(block: number, attempt: number): string {
  if (attempt === 0) return `Block ${block + 1}`;
  return `Block ${block + 1}, ${ORDINALS[attempt] ?? `${attempt + 1}th`} attempt`;
}

function stateOf(one: StoryBlock, next: StoryBlock | undefined): TabState {
  if (one.result !== undefined) return one.result.message.outcome === 'succeeded' ? 'succeeded' : 'failed';
  if (one.startS !== null && one.endS === null) return 'running';
  if (one.check?.message.outcome === 'failed') return 'refused';
  const decision = one.approval?.message.decision;
  if (decision === 'rejected') return 'rejected';
  if (decision === 'edited') return 'edited';
  // An edit is told by what came next under the same number.
  if (next?.block === one.block && next.program.message.origin === 'edited') return 'edited';
  return 'waiting';
}

/** The tab that is of interest when nobody has chosen one: the question, what runs at this instant, or the last. */
export function currentTab(tabs: readonly ProgramTab[], timeS: number): ProgramTab | undefined {
  const asked = tabs.find(({ id }) => id === QUESTION_TAB);
  if (asked !== undefined) return asked;
  const begun = tabs.findLast(({ story }) => story !== undefined && story.startS !== null && story.startS <= timeS);
  return begun ?? tabs.at(0);
}
