// Owns the conversation as it is read: turns as cards, what stands between them, and the words that are just arriving.

import { memo, useEffect, useMemo, useRef } from 'react';
import { useConsole } from '../../app/console-store.ts';
import type { Story } from '../../source/story.ts';
import { usePlayback } from '../../source/use-source.ts';
import { Button } from '../../ui/Button.tsx';
import { BlockItem } from './BlockItem.tsx';
import { liveWords } from './live-words.ts';
import { ModelItem } from './ModelItem.tsx';
import { EnsembleItem, RemarkItem, ResultItem, StopItem, TurnsEndedItem } from './OtherItems.tsx';
import { useStickToEnd } from './stick-to-end.ts';
import { picturesOf, type ThreadEntry, type ThreadItem, threadOf } from './thread.ts';
import { drawWords } from './words-canvas.ts';

type Pictures = ReadonlyMap<string, string>;

export function Thread({ story }: { readonly story: Story }) {
  const isReplay = useConsole(({ replayOf }) => replayOf !== null);
  const entries = useMemo(() => threadOf(story), [story]);
  const pictures = useMemo(() => picturesOf(story.models), [story.models]);
  // Entries up to the shown instant; what comes later is there, but quiet.
  const past = usePlayback(({ cursorS, following }) =>
    following ? entries.length : entries.filter(({ timeS }) => timeS <= cursorS).length,
  );
  const { place, content, isAtEnd, toEnd } = useStickToEnd(!isReplay);
  const isPlaying = usePlayback(({ playing }) => playing) ?? false;
  useEffect(() => {
    if (!isReplay || !isPlaying || past === undefined || past === 0) return;
    content.current?.children.item(past - 1)?.scrollIntoView({ block: 'nearest' });
  }, [isReplay, isPlaying, past, content]);
  return (
    <div className="thread-place">
      <div className="thread" ref={place} role="log" aria-live="off" aria-label="Conversation">
        <div className="thread-inside" ref={content}>
          {entries.map((entry, index) => (
            <Entry key={entry.key} entry={entry} pictures={pictures} isLater={past !== undefined && index >= past} />
          ))}
          {entries.length === 0 ? (
            <p className="thread-empty">{isReplay ? 'Nothing was said.' : <Beginning />}</p>
          ) : null}
          {isReplay ? null : <ArrivingWords />}
        </div>
      </div>
      {isAtEnd || isReplay ? null : (
        <Button className="thread-to-end" size="small" icon="down" onClick={toEnd}>
          To the newest
        </Button>
      )}
    </div>
  );
}

function Beginning() {
  const instruction = useConsole(({ state }) => state?.cell?.instruction);
  const writer = useConsole(({ state }) => state?.cell?.choice.writer.kind);
  if (writer === 'operator') return 'You write the programs of this cell. Begin one in the program panel.';
  return (
    <>
      Ask for a program below. Left empty, the box asks for the task itself: <q>{instruction}</q>
    </>
  );
}

const DECISIONS = { program: 'writes a program', finish: 'says it is done', malformed: 'was asked again' } as const;

interface EntryProps {
  readonly entry: ThreadEntry;
  readonly pictures: Pictures;
  readonly isLater: boolean;
}

const Entry = memo(function Entry({ entry, pictures, isLater }: EntryProps) {
  const className = isLater ? 'entry entry-later' : 'entry';
  if (entry.kind !== 'turn') {
    return (
      <div className={className}>
        <Item item={entry} pictures={pictures} />
      </div>
    );
  }
  const { turn, decision, message, items } = entry;
  return (
    <section className={`${className} turn`} aria-label={`Turn ${turn}`}>
      <h3 className="turn-title">
        Turn {turn}
        {decision === undefined ? null : <span className="item-note"> {DECISIONS[decision]}</span>}
      </h3>
      {items.map((item) => (
        <Item key={item.key} item={item} pictures={pictures} />
      ))}
      {message === undefined || message === '' ? null : <p className="item-note">{message}</p>}
    </section>
  );
});

function Item({ item, pictures }: { readonly item: ThreadItem; readonly pictures: Pictures }) {
  switch (item.kind) {
    case 'block':
      return <BlockItem block={item.block} />;
    case 'model':
      return <ModelItem model={item.model.message} pictures={pictures} />;
    case 'ensemble':
      return <EnsembleItem ensemble={item.ensemble} />;
    case 'remark':
      return <RemarkItem text={item.text} />;
    case 'stop':
      return <StopItem stop={item.stop} />;
    case 'turns-ended':
      return <TurnsEndedItem turn={item.turn} />;
    case 'result':
      return <ResultItem result={item.result} />;
  }
}

/** Drawn past React: a reply may come in thousands of pieces. */
function ArrivingWords() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => (place.current === null ? undefined : drawWords(liveWords, place.current)), []);
  return <div className="arriving" ref={place} data-testid="arriving-words" />;
}
