// Owns what people say about an episode, after the run and later: success or failure, tags, notes; and its deletion, which
// can be undone.

import { useState } from 'react';
import type { ConsoleEpisode } from '../../../electron/ipc/console-contract.ts';
import { requestSession, showError } from '../../app/session-client.ts';
import { Button } from '../../ui/Button.tsx';
import { openEpisode } from './open-episode.ts';

export interface EpisodeDetailsProps {
  readonly episode: ConsoleEpisode;
  readonly onChanged: () => void;
  readonly onDelete: (episode: ConsoleEpisode) => void;
}

const tagsOf = (text: string) =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

export function EpisodeDetails({ episode, onChanged, onDelete }: EpisodeDetailsProps) {
  const [notes, setNotes] = useState(episode.notes);
  const [tags, setTags] = useState(episode.tags.join(', '));
  const annotate = async (change: { mark?: ConsoleEpisode['mark']; notes?: string; tags?: string[] }) => {
    try {
      await requestSession('annotateEpisode', { id: episode.id, ...change });
      onChanged();
    } catch (error) {
      showError(error);
    }
  };
  const mark = (wanted: 'success' | 'failure') => void annotate({ mark: episode.mark === wanted ? null : wanted });
  return (
    <div className="episode-details">
      <dl className="episode-facts">
        <dt>Instruction</dt>
        <dd>{episode.instruction === '' ? 'none' : episode.instruction}</dd>
        <dt>Ended</dt>
        <dd>
          {episode.outcome}
          {episode.stage === null ? '' : ` at ${episode.stage}`}
          {episode.complete ? '' : '; the file has no end (capstan episodes recover completes it)'}
        </dd>
        <dt>Robot</dt>
        <dd>
          {episode.robotId}, {episode.robotKind}; seed {episode.seed}
        </dd>
        <dt>File</dt>
        <dd>
          <code>{episode.file}</code>, {(episode.byteLength / 1e6).toFixed(1)} MB
        </dd>
      </dl>
      <div className="episode-buttons">
        <Button kind="primary" size="small" icon="play" onClick={() => void openEpisode(episode)}>
          Open
        </Button>
        <Button size="small" icon="check" aria-pressed={episode.mark === 'success'} onClick={() => mark('success')}>
          Success
        </Button>
        <Button size="small" icon="cross" aria-pressed={episode.mark === 'failure'} onClick={() => mark('failure')}>
          Failure
        </Button>
        <Button size="small" kind="quiet" icon="trash" onClick={() => onDelete(episode)}>
          Delete
        </Button>
      </div>
      <label className="field">
        <span className="field-label">Tags, with commas between</span>
        <input
          className="input"
          value={tags}
          onChange={(event) => setTags(event.target.value)}
          onBlur={() => {
            if (tags !== episode.tags.join(', ')) void annotate({ tags: tagsOf(tags) });
          }}
        />
      </label>
      <label className="field">
        <span className="field-label">Notes</span>
        <textarea
          className="input"
          rows={2}
          value={notes}
          onChange={(event) => setNotes(event.target.value)}
          onBlur={() => {
            if (notes !== episode.notes) void annotate({ notes });
          }}
        />
      </label>
    </div>
  );
}
