// Owns what the approval panel shows: the open question, what runs, what takes time, or the card of a block that was
// decided before. Must never show two questions, nor one that was answered.

import { perform } from '../../app/action-keys.ts';
import { actionOf } from '../../app/actions.ts';
import { useConsole } from '../../app/console-store.ts';
import { usePlayback, useStory } from '../../source/use-source.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { currentTab, programTabs } from '../program/program-tabs.ts';
import { ApprovalCard } from './ApprovalCard.tsx';
import { PastCard } from './PastCard.tsx';
import { RunCard } from './RunCard.tsx';

export function ApprovalPanel() {
  const isReplay = useConsole(({ replayOf }) => replayOf !== null);
  return <div className="approval">{isReplay ? <Past /> : <Live />}</div>;
}

function Live() {
  const state = useConsole((store) => store.state);
  const isRunning = useConsole(({ cellStatus }) => cellStatus?.running != null);
  if (state?.cell == null) {
    return (
      <Empty icon="robot" title="No cell is open" words="Choose a task to begin. Nothing runs before you approve it." />
    );
  }
  if (state.proposal !== null) return <ApprovalCard key={state.proposal.id} proposal={state.proposal} />;
  if (state.phase === 'running' || isRunning) return <RunCard />;
  if (state.work !== null) return <Working what={state.work.what} isCancellable={state.work.cancellable} />;
  return <Waiting />;
}

function Working({ what, isCancellable }: { readonly what: string; readonly isCancellable: boolean }) {
  return (
    <Empty icon="clock" title={`${what[0]?.toUpperCase() ?? ''}${what.slice(1)}…`} words="The arm is still.">
      {isCancellable ? (
        <Button
          onClick={() => {
            const cancel = actionOf('session.cancel');
            if (cancel !== undefined) void perform(cancel);
          }}
        >
          Cancel
        </Button>
      ) : null}
    </Empty>
  );
}

const ENDED = {
  succeeded: 'ran to its end',
  failed: 'failed',
  rejected: 'was rejected',
  stopped: 'was stopped',
} as const;

/** Words of others as a sentence of its own. */
function asSentence(words: string): string {
  const text = words.trim();
  if (text === '') return '';
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function Waiting() {
  const last = useConsole(({ state }) => state?.lastBlock);
  const verdict = useConsole(({ state }) => state?.verdict);
  const story = useStory();
  const done = last == null ? '' : `Block ${last.block + 1} ${ENDED[last.outcome]}. `;
  const why = last?.failure == null ? '' : `${asSentence(last.failure.message)} ${asSentence(last.failure.hint)} `;
  const judged = verdict == null ? '' : `${asSentence(verdict.message)} `;
  const tab =
    story === undefined
      ? undefined
      : programTabs(story, null).findLast(({ story: one }) => one?.approval !== undefined);
  return (
    <div className="approval-waiting">
      <div className="approval-waiting-words">
        <Empty
          icon="check"
          title="Nothing waits for your decision"
          words={`${done}${why}${judged}Ask for a program in the conversation, or write one.`}
        />
      </div>
      {tab?.story === undefined ? null : <PastCard block={tab.story} title={tab.title} tab={tab.id} />}
    </div>
  );
}

function Past() {
  const story = useStory();
  const tabs = story === undefined ? [] : programTabs(story, null);
  const id = usePlayback(({ cursorS }) => currentTab(tabs, cursorS)?.id);
  const tab = tabs.find((one) => one.id === id);
  if (tab?.story === undefined) {
    return (
      <Empty icon="film" title="No block here" words="At this instant of the recording nothing had been offered." />
    );
  }
  return <PastCard block={tab.story} title={tab.title} tab={tab.id} />;
}
