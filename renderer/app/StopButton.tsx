// Owns the Stop control: first in the page's order, heard on pointer-down and key-down, never asking, never switched off.
// Where its link is down it says so and still tries.

import { Icon } from '../ui/Icon.tsx';
import { useConsole } from './console-store.ts';
import { pressStop, STOP_KEYS } from './stop-keys.ts';

export function StopButton() {
  const stopLink = useConsole((state) => state.cellLinks?.stop.kind);
  const cannotReach = stopLink !== undefined && stopLink !== 'open';
  return (
    <button
      type="button"
      className={cannotReach ? 'stop-button stop-button-cut' : 'stop-button'}
      aria-description={
        cannotReach
          ? 'Software stop. It cannot reach the robot host now. In danger use the red hardware button.'
          : 'Software stop, not an emergency stop.'
      }
      aria-keyshortcuts="Control+. Meta+. Pause"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        // The focus stays where the operator was writing.
        event.preventDefault();
        pressStop('the Stop button');
      }}
      onKeyDown={(event) => {
        if (event.repeat || (event.key !== 'Enter' && event.key !== ' ')) return;
        event.preventDefault();
        pressStop('the Stop button, by key');
      }}
      // Assistive technology presses without a pointer or a key.
      onClick={(event) => {
        if (event.detail === 0) pressStop('the Stop button');
      }}
    >
      <Icon name={cannotReach ? 'warning' : 'stop'} className="stop-button-icon" />
      <span className="stop-button-words">
        <span className="stop-button-row">
          <span className="stop-button-label">Stop</span>
          <span className="stop-button-keys" aria-hidden="true">
            {STOP_KEYS.join(' or ')}
          </span>
        </span>
        <span className="stop-button-note" aria-hidden="true">
          {cannotReach ? 'cannot reach the robot host' : 'software stop, not an emergency stop'}
        </span>
      </span>
    </button>
  );
}
