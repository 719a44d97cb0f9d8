// Owns how keys reach actions: one listener for the whole page, after everything else has had the key. Must never take a
// key from somebody who is writing, nor know the stop keys.

import { type Action, allActions } from './actions.ts';
import { showError } from './session-client.ts';

const IS_MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** What a control does with a bare key by itself. */
const OWN_KEYS =
  'button, a[href], summary, [role="tab"], [role="slider"], [role="menuitem"], [role="menuitemcheckbox"], [role="option"], [role="radio"], [role="separator"], [role="treeitem"], [role="gridcell"]';
const WRITING =
  'input:not([type="checkbox"], [type="radio"], [type="button"]), textarea, select, [contenteditable="true"], [role="textbox"]';

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Whether a press is this chord; with Alt the place of a key counts, since the letter is another on many keyboards. */
export function matchesChord(press: KeyPress, chord: string, isMac = IS_MAC): boolean {
  const parts = chord === ' ' ? [' '] : chord.split('+');
  const wanted = parts[parts.length - 1] === '' ? '+' : parts[parts.length - 1];
  const has = (name: string) => parts.slice(0, -1).includes(name);
  const mod = isMac ? press.metaKey : press.ctrlKey;
  const other = isMac ? press.ctrlKey : press.metaKey;
  if (mod !== has('mod') || other || press.altKey !== has('alt')) return false;
  const isSign = wanted.length === 1 && wanted !== ' ' && !/[a-z0-9]/i.test(wanted);
  // A sign as "?" is typed with Shift on some keyboards and without on others.
  if (!isSign && press.shiftKey !== has('shift')) return false;
  if (isSign && has('shift') && !press.shiftKey) return false;
  if (press.key.toLowerCase() === wanted.toLowerCase()) return true;
  if (!press.altKey || wanted.length !== 1) return false;
  return press.code === `Key${wanted.toUpperCase()}` || press.code === `Digit${wanted}`;
}

function isBare(chord: string): boolean {
  return !chord.includes('mod+') && !chord.includes('alt+');
}

function mayHear(chord: string, target: EventTarget | null): boolean {
  if (!isBare(chord)) return true;
  if (!(target instanceof Element)) return true;
  if (target.closest(WRITING) !== null || target.closest('[role="dialog"], [role="menu"]') !== null) return false;
  const key = chord.split('+').pop() ?? chord;
  const isOwn = key === ' ' || key === 'Enter' || key.startsWith('Arrow') || key === 'Home' || key === 'End';
  return !isOwn || target.closest(OWN_KEYS) === null;
}

/** Does an action where it can be done; what goes wrong is shown. */
export async function perform(action: Action): Promise<void> {
  if (action.unavailable?.() !== undefined) return;
  try {
    await action.perform();
  } catch (error) {
    showError(error);
  }
}

/** Once, at start. */
export function startActionKeys(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    for (const action of allActions()) {
      const chord = action.keys?.find((one) => matchesChord(event, one) && mayHear(one, event.target));
      if (chord === undefined) continue;
      event.preventDefault();
      void perform(action);
      return;
    }
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}
