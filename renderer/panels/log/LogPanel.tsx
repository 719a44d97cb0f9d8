// Owns the log: everything that happened, line by line, filtered; a click shows the instant. Draws only the lines that can
// be seen, so that a day's log scrolls as a minute's.

import { useEffect, useRef, useState } from 'react';
import { toast, useConsole } from '../../app/console-store.ts';
import type { Source } from '../../source/source.ts';
import type { Story } from '../../source/story.ts';
import { clockTime } from '../../source/time-words.ts';
import { useStory } from '../../source/use-source.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { goToEvent } from '../timeline/go-to-event.ts';
import { filteredLog, LOG_LEVELS, type LogEntry, type LogFilter, logEntries, logReport } from './log-entries.ts';

const ROW_PX = 24;
const ROWS_AROUND = 12;

const LEVEL_TITLES = { all: 'All', info: 'All', warning: 'Warnings and errors', error: 'Errors' } as const;

export function LogPanel() {
  const source = useConsole((store) => store.source);
  const story = useStory();
  if (source === undefined || story === undefined) {
    return (
      <Empty
        icon="log"
        title="The log is empty"
        words="Open a cell or a recording. Calls, output, decisions and stops are listed here as they happen."
      />
    );
  }
  return <Log source={source} story={story} />;
}

function Log({ source, story }: { readonly source: Source; readonly story: Story }) {
  const [filter, setFilter] = useState<LogFilter>({ text: '', level: 'all', block: 'all' });
  const all = logEntries(story);
  const shown = filteredLog(all, filter);
  const blocks = [...new Set(story.blocks.map(({ block }) => block))];
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(logReport(source.label, shown, source.problems()));
      toast('info', 'The report is on the clipboard.', 'Keys and names of users are left out.');
    } catch {
      toast(
        'error',
        'The report was not copied: this browser does not allow it.',
        'Click into the page and try again.',
      );
    }
  };
  return (
    <section className="log" aria-label="Log">
      <div className="log-tools">
        <input
          className="input log-search"
          type="search"
          placeholder="Filter"
          aria-label="Filter the log by words"
          value={filter.text}
          onChange={(event) => setFilter({ ...filter, text: event.target.value })}
        />
        <select
          className="input"
          aria-label="Level"
          value={filter.level}
          onChange={(event) => setFilter({ ...filter, level: event.target.value as LogFilter['level'] })}
        >
          {(['all', ...LOG_LEVELS.slice(1)] as const).map((level) => (
            <option key={level} value={level}>
              {LEVEL_TITLES[level]}
            </option>
          ))}
        </select>
        <select
          className="input"
          aria-label="Block"
          value={filter.block}
          onChange={({ target: { value } }) => setFilter({ ...filter, block: value === 'all' ? 'all' : Number(value) })}
        >
          <option value="all">All blocks</option>
          {blocks.map((block) => (
            <option key={block} value={block}>
              Block {block + 1}
            </option>
          ))}
        </select>
        <span className="log-count" role="status">
          {shown.length === all.length ? `${all.length} lines` : `${shown.length} of ${all.length} lines`}
        </span>
        <Button size="small" onClick={() => void copy()} tip="Copies what is shown, without keys and user names">
          Copy report
        </Button>
      </div>
      <Rows source={source} entries={shown} isFiltered={all.length > 0} />
    </section>
  );
}

const LEVEL_ICONS = { info: 'info', warning: 'warning', error: 'cross' } as const;

interface RowsProps {
  readonly source: Source;
  readonly entries: readonly LogEntry[];
  readonly isFiltered: boolean;
}

function Rows({ source, entries, isFiltered }: RowsProps) {
  const place = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(300);
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const sized = new ResizeObserver(() => setHeight(box.clientHeight));
    sized.observe(box);
    return () => sized.disconnect();
  }, []);
  // Stays at the end while the reader is there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are what it follows
  useEffect(() => {
    const box = place.current;
    if (box !== null && stuck.current && !source.can.play) box.scrollTop = box.scrollHeight;
  }, [entries.length, source]);
  const first = Math.max(0, Math.floor(top / ROW_PX) - ROWS_AROUND);
  const last = Math.min(entries.length, Math.ceil((top + height) / ROW_PX) + ROWS_AROUND);
  const rows = entries.slice(first, last).map((entry, offset) => ({ entry, place: first + offset }));
  if (entries.length === 0) {
    const words = isFiltered ? 'Nothing in the log is like this.' : 'Nothing has happened yet.';
    return <p className="log-none">{words}</p>;
  }
  return (
    <div
      ref={place}
      className="log-rows"
      onScroll={({ currentTarget: box }) => {
        setTop(box.scrollTop);
        stuck.current = box.scrollTop + box.clientHeight >= box.scrollHeight - 2 * ROW_PX;
      }}
    >
      <ol style={{ height: `${entries.length * ROW_PX}px` }} aria-label="Lines of the log">
        {rows.map(({ entry, place: at }) => (
          <li key={at} style={{ top: `${at * ROW_PX}px` }} data-level={entry.level}>
            <button type="button" className="log-row" title={entry.text} onClick={() => goToEvent(source, entry)}>
              <span className="log-time">{clockTime(entry.timeS)}</span>
              <Icon name={LEVEL_ICONS[entry.level]} />
              <span className="visually-hidden">{entry.level}</span>
              <span className="log-from">{entry.from}</span>
              <span className="log-text">{entry.text}</span>
              <span className="log-place">
                {entry.block === undefined ? '' : `block ${entry.block + 1}`}
                {entry.line === undefined ? '' : `, line ${entry.line}`}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
