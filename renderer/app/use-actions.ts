// Owns how components see actions: by id, drawn anew when the list or the state behind `unavailable` changes. What changes
// with every movement of the pointer is no such state.

import { useSyncExternalStore } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { type Action, actionOf, allActions, onActions } from './actions.ts';
import { type ConsoleStore, useConsole } from './console-store.ts';
import { useDock } from './dock-store.ts';
import { useTheme } from './theme.ts';

const whatActionsLookAt = ({ session, state, cellStatus, holdsLease, source, replayOf, selection }: ConsoleStore) => ({
  session,
  state,
  cellStatus,
  holdsLease,
  source,
  replayOf,
  selection,
});

export function useActions(): readonly Action[] {
  useConsole(useShallow(whatActionsLookAt));
  useDock();
  useTheme();
  return useSyncExternalStore(onActions, allActions);
}

export function useAction(id: string): Action | undefined {
  useActions();
  return actionOf(id);
}
