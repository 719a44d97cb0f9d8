// Owns what the desktop shell tells the page: an entry of its menu was chosen. Without a shell there is nothing here. Must
// never trust the id to be one of ours.

import type { ShellBridge } from '../../electron/ipc/shell-contract.ts';
import { perform } from './action-keys.ts';
import { actionOf } from './actions.ts';
import { toast } from './console-store.ts';
import { pressStop } from './stop-keys.ts';

declare global {
  interface Window {
    readonly capstanShell?: ShellBridge;
  }
}

/** What only a desktop can do; undefined in a browser. */
export function shellBridge(): ShellBridge | undefined {
  return window.capstanShell;
}

/** Once, at start. */
export function startShellBridge(): void {
  shellBridge()?.onMenuAction((id) => {
    if (id === 'robot.stop') {
      pressStop('the menu');
      return;
    }
    const action = actionOf(id);
    if (action === undefined) return;
    const why = action.unavailable?.();
    if (why === undefined) void perform(action);
    else toast('info', `${action.label}: not now. ${why}`);
  });
}
