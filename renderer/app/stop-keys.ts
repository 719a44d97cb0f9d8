// Owns the keys that stop the arm: Ctrl or Cmd with the full stop, and Pause. Heard on key-down before anything else in
// the page, in every focus state; bound before the page is drawn. Must never wait for the screen, ask, or be switched off.

import { stop } from './cell-client.ts';
import { toast } from './console-store.ts';

/** As shown on the button and in help. */
export const STOP_KEYS = /Mac|iPhone|iPad/.test(navigator.platform) ? ['⌘.', 'Pause'] : ['Ctrl+.', 'Pause'];

function stopKeyOf(event: KeyboardEvent): string | undefined {
  if (event.code === 'Pause' || event.key === 'Pause') return 'Pause';
  const isFullStop = event.key === '.' || event.code === 'Period';
  if (!isFullStop || !(event.ctrlKey || event.metaKey)) return undefined;
  return event.metaKey ? 'Cmd+.' : 'Ctrl+.';
}

/** Asks for a stop, and says so where there is nothing to stop. */
export function pressStop(detail: string): void {
  switch (stop(detail)) {
    case 'no-cell':
      toast('info', 'No cell is open in this console: there was nothing to stop.');
      break;
    case 'no-link':
      toast(
        'error',
        'The stop was NOT delivered: this window has no session, and does not know what the arm does.',
        'Use the red hardware button.',
      );
      break;
    case 'asked':
      break;
  }
}

/** Returns what takes the keys away again, for tests. */
export function bindStopKeys(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    const key = stopKeyOf(event);
    if (key === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) pressStop(key);
  };
  window.addEventListener('keydown', onKeyDown, { capture: true });
  return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
}
