// Owns the words of the model that writes now, whatever panel is shown: they are gathered from the session's events and
// taken away when the story tells the finished reply. Must never keep words of a request that is over.

import { useConsole } from '../../app/console-store.ts';
import { onSessionEvent } from '../../app/session-client.ts';
import type { Source } from '../../source/source.ts';
import { PieceLog } from './piece-log.ts';

export const liveWords = new PieceLog();

/** Phases in which no model can be writing. */
const QUIET = new Set(['empty', 'opening', 'idle', 'stopped', 'ended']);

let followed: { readonly source: Source; readonly leave: () => void } | undefined;

function follow(source: Source | undefined): void {
  if (followed?.source === source) return;
  followed?.leave();
  followed = undefined;
  if (source === undefined) return;
  let known = source.story().models.length;
  const leave = source.onStory(() => {
    const { models } = source.story();
    for (; known < models.length; known++) {
      const { reply } = models[known].message;
      if (reply === undefined) liveWords.clear();
      else liveWords.settle(reply);
    }
  });
  followed = { source, leave };
}

onSessionEvent('modelPiece', ({ kind, text }) => liveWords.add(kind, text));

useConsole.subscribe(({ source, replayOf, state }, before) => {
  // A recording says nothing about the live session, which goes on behind it.
  if (replayOf === null) follow(source);
  if (state !== before.state && state !== undefined && QUIET.has(state.phase)) liveWords.clear();
});
