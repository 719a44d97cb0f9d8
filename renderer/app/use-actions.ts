// Owns how components see actions: by id, drawn anew when the list or the state behind `unavailable` changes.

import { useSyncExternalStore } from 'react';
import { type Action, actionOf, allActions, onActions } from './actions.ts';
import { useConsole } from './console-store.ts';

export function useActions(): readonly Action[] {
  // What can be done follows the store.
  useConsole();
  return useSyncExternalStore(onActions, allActions);
}

export function useAction(id: string): Action | undefined {
  useActions();
  return actionOf(id);
}
