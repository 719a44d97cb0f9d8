// Owns the library of episodes: search, filters, the list, what people say about one, and opening it. A file may be
// dropped anywhere on it.

import { useCallback, useEffect, useState } from 'react';
import type { ConsoleEpisode } from '../../../electron/ipc/console-contract.ts';
import { toast, useConsole } from '../../app/console-store.ts';
import { requestSession, showError } from '../../app/session-client.ts';
import { span } from '../../source/time-words.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { usePanelVisible } from '../panel-visible.ts';
import { EpisodeDetails } from './EpisodeDetails.tsx';
import { ALL_EPISODES, choicesOf, type EpisodeFilter, filteredEpisodes, outcomeOf } from './episode-filter.ts';
import { openDroppedFile, openEpisode, openSampleEpisode } from './open-episode.ts';

/** More are found by searching. */
const MOST_SHOWN = 200;

interface Library {
  readonly episodes: readonly ConsoleEpisode[];
  readonly skipped: readonly string[];
}

export function EpisodesPanel() {
  const [library, setLibrary] = useState<Library | null>(null);
  const [filter, setFilter] = useState(ALL_EPISODES);
  const [chosen, setChosen] = useState<string | null>(null);
  const [deleted, setDeleted] = useState<ConsoleEpisode | null>(null);
  const [dropping, setDropping] = useState(false);
  const visible = usePanelVisible();
  const isOpen = useConsole(({ session }) => session.kind === 'open');
  // A cell that has ended has left an episode.
  const cell = useConsole(({ state }) => `${state?.cell?.id ?? ''} ${state?.phase === 'ended'}`);

  const refresh = useCallback(async () => {
    try {
      setLibrary(await requestSession('episodes', {}));
    } catch (error) {
      showError(error);
    }
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a cell that opens or ends changes the library
  useEffect(() => {
    if (visible && isOpen) void refresh();
  }, [visible, isOpen, cell, refresh]);

  const remove = async (episode: ConsoleEpisode) => {
    try {
      await requestSession('deleteEpisode', { id: episode.id });
      setDeleted(episode);
      await refresh();
    } catch (error) {
      showError(error);
    }
  };
  const undo = async () => {
    if (deleted === null) return;
    try {
      await requestSession('restoreEpisode', { id: deleted.id });
      setDeleted(null);
      await refresh();
    } catch (error) {
      showError(error);
    }
  };
  const drop = (files: FileList) => {
    setDropping(false);
    const file = [...files].find(({ name }) => name.endsWith('.mcap')) ?? files[0];
    if (file === undefined)
      toast('warning', 'Nothing was dropped that is a file.', 'Drop an episode, a file ending in .mcap.');
    else void openDroppedFile(file);
  };

  return (
    <section
      className="episodes"
      aria-label="Episodes"
      data-dropping={dropping ? '' : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={(event) => {
        event.preventDefault();
        drop(event.dataTransfer.files);
      }}
    >
      <Filters library={library} filter={filter} onFilter={setFilter} onFile={drop} onRefresh={() => void refresh()} />
      {deleted === null ? null : (
        <p className="episodes-undo" role="status">
          The episode of {deleted.task} is in the trash.
          <Button size="small" icon="undo" onClick={() => void undo()}>
            Undo
          </Button>
        </p>
      )}
      {library === null ? (
        <Empty icon="film" title="The library is being read" words="It lists the files of the episode folder." />
      ) : (
        <List
          library={library}
          filter={filter}
          chosen={chosen}
          onChoose={setChosen}
          onChanged={() => void refresh()}
          onDelete={(episode) => void remove(episode)}
        />
      )}
    </section>
  );
}

interface FiltersProps {
  readonly library: Library | null;
  readonly filter: EpisodeFilter;
  readonly onFilter: (filter: EpisodeFilter) => void;
  readonly onFile: (files: FileList) => void;
  readonly onRefresh: () => void;
}

function Filters({ library, filter, onFilter, onFile, onRefresh }: FiltersProps) {
  const episodes = library?.episodes ?? [];
  const select = (name: string, field: 'task' | 'outcome' | 'tier' | 'policy', choices: readonly string[]) => (
    <select
      className="input"
      aria-label={name}
      value={filter[field]}
      onChange={(event) => onFilter({ ...filter, [field]: event.target.value })}
    >
      <option value="all">{name}: all</option>
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  );
  return (
    <div className="episodes-tools">
      <input
        className="input episodes-search"
        type="search"
        placeholder="Search"
        aria-label="Search episodes"
        value={filter.text}
        onChange={(event) => onFilter({ ...filter, text: event.target.value })}
      />
      {select('Task', 'task', choicesOf(episodes, 'task'))}
      {select('Outcome', 'outcome', ['succeeded', 'failed', 'interrupted'])}
      {select('Tier', 'tier', choicesOf(episodes, 'tier'))}
      {select('Author', 'policy', choicesOf(episodes, 'policy'))}
      <input
        className="input"
        type="date"
        aria-label="Since"
        value={filter.since}
        onChange={(event) => onFilter({ ...filter, since: event.target.value })}
      />
      <Button kind="quiet" size="small" icon="reset" name="Read the library anew" onClick={onRefresh} />
      <label className="button button-small episodes-file">
        Open a file…
        <input
          type="file"
          accept=".mcap"
          className="visually-hidden"
          onChange={(event) => {
            if (event.target.files !== null) onFile(event.target.files);
            event.target.value = '';
          }}
        />
      </label>
      <Button kind="quiet" size="small" onClick={() => void openSampleEpisode()}>
        Sample
      </Button>
    </div>
  );
}

interface ListProps {
  readonly library: Library;
  readonly filter: EpisodeFilter;
  readonly chosen: string | null;
  readonly onChoose: (id: string | null) => void;
  readonly onChanged: () => void;
  readonly onDelete: (episode: ConsoleEpisode) => void;
}

const MARKS = {
  succeeded: { icon: 'check', badge: 'badge badge-ok' },
  failed: { icon: 'cross', badge: 'badge badge-danger' },
  interrupted: { icon: 'question', badge: 'badge badge-warn' },
  recording: { icon: 'film', badge: 'badge' },
} as const;

function List({ library, filter, chosen, onChoose, onChanged, onDelete }: ListProps) {
  const found = filteredEpisodes(library.episodes, filter);
  // The file of the open cell has no end yet.
  const recorded = useConsole(({ state }) => (state?.phase === 'ended' ? undefined : state?.cell?.id));
  if (library.episodes.length === 0) {
    return (
      <Empty
        icon="film"
        title="No episode yet"
        words="Every run is recorded and listed here. Until then there is a sample to look at, or drop a file here."
      >
        <Button kind="primary" icon="play" onClick={() => void openSampleEpisode()}>
          Open the sample episode
        </Button>
      </Empty>
    );
  }
  return (
    <div className="episodes-list">
      {found.length === 0 ? (
        <p className="episodes-none">No episode is like this. Clear the search to see all.</p>
      ) : null}
      <ul>
        {found.slice(0, MOST_SHOWN).map((episode) => {
          const outcome = episode.id === recorded ? 'recording' : outcomeOf(episode);
          const isChosen = episode.id === chosen;
          return (
            <li key={episode.id}>
              <button
                type="button"
                className="episode"
                aria-expanded={isChosen}
                onClick={() => onChoose(isChosen ? null : episode.id)}
                onDoubleClick={() => void openEpisode(episode)}
              >
                <span className={MARKS[outcome].badge}>
                  <Icon name={MARKS[outcome].icon} />
                  {outcome}
                </span>
                <span className="episode-task">{episode.task}</span>
                <span className="episode-more">
                  {episode.tier} · {episode.policy}
                  {episode.robotDurationS === null ? '' : ` · ${span(episode.robotDurationS)}`}
                  {episode.tags.map((tag) => ` · #${tag}`).join('')}
                </span>
                <time className="episode-date" dateTime={episode.started}>
                  {new Date(episode.started).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' })}
                </time>
              </button>
              {isChosen ? <EpisodeDetails episode={episode} onChanged={onChanged} onDelete={onDelete} /> : null}
            </li>
          );
        })}
      </ul>
      {found.length > MOST_SHOWN ? (
        <p className="episodes-none">
          {found.length - MOST_SHOWN} more are not listed. Search for them by task, words or date.
        </p>
      ) : null}
      {library.skipped.length === 0 ? null : (
        <details className="episodes-skipped">
          <summary>{library.skipped.length} files could not be read</summary>
          <ul>
            {library.skipped.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
