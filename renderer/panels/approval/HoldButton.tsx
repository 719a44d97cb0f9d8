// Owns the big button of hold-to-run, and the key that does the same. The arm moves only while one of them is down; to let
// go is to stop.

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { HAND_BEAT_MS } from '../../../electron/ipc/operator-pace.ts';
import { notifyControl } from '../../app/cell-client.ts';
import { chordInWords } from '../../ui/Keys.tsx';
import { HoldSwitch } from './hold-switch.ts';

/** Heard wherever the focus is. */
const HOLD_CHORD = 'alt+h';

export function HoldButton({ what }: { readonly what: string }) {
  const [isDown, setDown] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const held = useRef<HoldSwitch>(undefined);
  held.current ??= new HoldSwitch({
    say: (down) => notifyControl('hold', { down }),
    everyMs: HAND_BEAT_MS,
    onChange: setDown,
  });
  const hold = held.current;

  useEffect(() => {
    const letGo = () => hold.letGo();
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (event.code !== 'KeyH' || !event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      if (!event.repeat) hold.press('key');
    };
    const onKeyUp = (event: globalThis.KeyboardEvent) => {
      // Either key of the chord that comes up lets go.
      if (event.code === 'KeyH' || event.key === 'Alt') hold.release('key');
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    window.addEventListener('keyup', onKeyUp, { capture: true });
    window.addEventListener('blur', letGo);
    document.addEventListener('visibilitychange', letGo);
    return () => {
      window.removeEventListener('keydown', onKeyDown, { capture: true });
      window.removeEventListener('keyup', onKeyUp, { capture: true });
      window.removeEventListener('blur', letGo);
      document.removeEventListener('visibilitychange', letGo);
      hold.letGo();
    };
  }, [hold]);

  const onKey = (event: KeyboardEvent) => {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    if (event.type === 'keyup') hold.release('key');
    else if (!event.repeat) hold.press('key');
  };
  return (
    <div className="hold">
      <button
        type="button"
        ref={button}
        className="hold-button"
        aria-pressed={isDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          hold.press('pointer');
        }}
        onPointerUp={() => hold.release('pointer')}
        onPointerCancel={() => hold.release('pointer')}
        onLostPointerCapture={() => hold.release('pointer')}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={onKey}
        onKeyUp={onKey}
        onBlur={() => hold.release('key')}
      >
        {isDown ? 'Moving: let go to stop' : 'Hold to run'}
      </button>
      <p className="approval-muted">
        {what} Hold this button, or {chordInWords(HOLD_CHORD)}. To let go is to stop; what is left of the block is void
        then.
      </p>
    </div>
  );
}
