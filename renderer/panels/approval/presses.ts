// Owns when and where the last deliberate press began: a key or a pointer going down, never its repetition. Must never act
// on one.

export interface Press {
  /** `performance.now()`. */
  readonly beganMs: number;
  /** It began where somebody writes. */
  readonly isWriting: boolean;
}

const WRITING = 'input:not([type="checkbox"], [type="radio"], [type="button"]), textarea, [contenteditable="true"]';

let last: Press = { beganMs: 0, isWriting: false };

export function lastPress(): Press {
  return last;
}

function note(event: Event): void {
  const isWriting =
    event instanceof KeyboardEvent && event.target instanceof Element && event.target.closest(WRITING) !== null;
  last = { beganMs: performance.now(), isWriting };
}

/** Once, at start: before anything else hears of the press. */
export function watchPresses(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (!event.repeat) note(event);
  };
  window.addEventListener('keydown', onKey, { capture: true });
  window.addEventListener('pointerdown', note, { capture: true });
  return () => {
    window.removeEventListener('keydown', onKey, { capture: true });
    window.removeEventListener('pointerdown', note, { capture: true });
  };
}
