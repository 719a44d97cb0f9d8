// Owns the box in which the operator writes: an instruction while nothing is under way, a remark while something is. Enter
// sends, Shift+Enter begins a new line. Must never send what was not written, except the task's own instruction, shown.

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useConsole } from '../../app/console-store.ts';
import { requestSession, showError } from '../../app/session-client.ts';
import { Button } from '../../ui/Button.tsx';
import { Keys } from '../../ui/Keys.tsx';
import { withoutControl } from '../program/program-actions.ts';
import { boxMode, withName } from './box-mode.ts';
import { setFocusBox } from './session-actions.ts';

const KEY = 'capstan.conversation';

function keptText(): string {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

function keepText(text: string): void {
  try {
    sessionStorage.setItem(KEY, text);
  } catch {
    // Full or forbidden: the text lasts as long as the page.
  }
}

export function Composer() {
  useConsole();
  const state = useConsole((store) => store.state);
  const mode = boxMode(state, withoutControl());
  const [text, setText] = useState(keptText);
  const [isSending, setSending] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => keepText(text), [text]);
  useEffect(() => {
    setFocusBox(() => box.current?.focus());
    return () => setFocusBox(() => undefined);
  }, []);

  const send = async () => {
    if (mode.kind === 'closed' || isSending) return;
    const said = text.trim() === '' && mode.kind === 'instruct' ? mode.placeholder : text.trim();
    if (said === '') return;
    setSending(true);
    // The answer to an instruction comes with the state, perhaps minutes later: the box is free at once.
    setText('');
    try {
      await requestSession(mode.kind, { text: said });
    } catch (error) {
      setText((now) => (now === '' ? text : now));
      showError(error);
    } finally {
      setSending(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!event.repeat) void send();
  };
  const putIn = (name: string) => {
    const at = box.current?.selectionStart ?? text.length;
    const { text: next, caret } = withName(text, at, name);
    setText(next);
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(caret, caret);
    });
  };

  const isClosed = mode.kind === 'closed';
  return (
    <div className="composer">
      <Chips onChoose={putIn} isOff={isClosed} />
      <div className="composer-row">
        <textarea
          ref={box}
          className="input composer-box"
          aria-label={mode.kind === 'remark' ? 'Remark' : 'Instruction'}
          rows={isClosed && text === '' ? 3 : Math.min(8, Math.max(2, text.split('\n').length))}
          maxLength={20_000}
          placeholder={mode.kind === 'closed' ? mode.why : mode.placeholder}
          value={text}
          readOnly={isClosed}
          aria-disabled={isClosed}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <Button
          kind="primary"
          unavailable={mode.kind === 'closed' ? mode.why : undefined}
          tip={
            <>
              <Keys chords={['Enter']} /> sends, <Keys chords={['shift+Enter']} /> begins a new line
            </>
          }
          onClick={() => void send()}
        >
          {mode.kind === 'closed' ? 'Send' : mode.button}
        </Button>
      </div>
    </div>
  );
}

/** Most names that stand above the box. */
const MAX_CHIPS = 12;

/** Names that may be named; what was picked in the viewport first. */
function Chips({ onChoose, isOff }: { readonly onChoose: (name: string) => void; readonly isOff: boolean }) {
  const objects = useConsole(({ state }) => state?.cell?.objects);
  const picked = useConsole(({ selection }) => (selection?.kind === 'object' ? selection.name : undefined));
  const known = objects ?? [];
  // Above tier S1 names come from the eyes of the operator alone.
  const names = picked === undefined ? known : [picked, ...known.filter((name) => name !== picked)];
  if (isOff || names.length === 0) return null;
  return (
    <ul className="composer-chips" aria-label="Objects to name">
      {names.slice(0, MAX_CHIPS).map((name) => (
        <li key={name}>
          <button
            type="button"
            className={name === picked ? 'composer-chip composer-chip-picked' : 'composer-chip'}
            aria-label={`Name ${name}${name === picked ? ', picked in the viewport' : ''}`}
            onClick={() => onChoose(name)}
          >
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
