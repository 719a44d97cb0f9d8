// Owns how components follow the source that is shown: its story, and what of its playback concerns them. Must never hold
// a sample of a state: what moves at 60 Hz is read in an animation frame.

import { useCallback, useSyncExternalStore } from 'react';
import { useConsole } from '../app/console-store.ts';
import type { Playback } from './source.ts';
import type { Story } from './story.ts';

const NOTHING = () => undefined;
const NEVER = () => NOTHING;

/** What has happened; undefined while nothing is shown. */
export function useStory(): Story | undefined {
  const source = useConsole((store) => store.source);
  const subscribe = useCallback((listener: () => void) => source?.onStory(listener) ?? NOTHING, [source]);
  return useSyncExternalStore(source === undefined ? NEVER : subscribe, () => source?.story());
}

/**
 * Something made of where the source stands, drawn anew only when it has changed.
 * @param pick gives the same value for the same state: a number, a text, or an object that is kept
 */
export function usePlayback<T>(pick: (playback: Playback) => T): T | undefined {
  const source = useConsole((store) => store.source);
  const subscribe = useCallback((listener: () => void) => source?.onPlayback(listener) ?? NOTHING, [source]);
  return useSyncExternalStore(source === undefined ? NEVER : subscribe, () =>
    source === undefined ? undefined : pick(source.playback()),
  );
}
