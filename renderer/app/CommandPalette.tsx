// Owns the palette: every action by a few letters of its name, with its keys, and why it cannot be done now.

import { useEffect, useRef, useState } from 'react';
import { Dialog } from '../ui/Dialog.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Keys } from '../ui/Keys.tsx';
import { perform } from './action-keys.ts';
import type { Action, ActionGroup } from './actions.ts';
import { choose, closePalette, findActions, takeChosen, usePalette } from './palette-store.ts';
import { useActions } from './use-actions.ts';

const GROUP_WORDS: Readonly<Record<ActionGroup, string>> = {
  session: 'Session',
  program: 'Program',
  robot: 'Robot',
  replay: 'Replay',
  view: 'View',
  layout: 'Layout',
  episodes: 'Episodes',
  help: 'Help',
};

export function CommandPalette() {
  const open = usePalette((state) => state.open);
  return (
    <Dialog
      open={open}
      onClose={closePalette}
      // The focus is back where it was: the action may put it elsewhere.
      onClosed={() => {
        const action = takeChosen();
        if (action !== null) void perform(action);
      }}
      title="Find an action"
      description="Type a few letters, choose with the arrow keys, Enter does it."
      className="palette"
    >
      {open ? <Finder /> : null}
    </Dialog>
  );
}

function Finder() {
  const actions = useActions();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const found = findActions(actions, typed);
  const chosen = found[Math.min(at, found.length - 1)];
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });
  const act = (action: Action) => {
    if (action.unavailable?.() !== undefined) return;
    choose(action);
  };
  return (
    <>
      <div className="palette-field">
        <Icon name="search" />
        <input
          className="palette-input"
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type into it
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={chosen === undefined ? undefined : `palette-${chosen.id}`}
          aria-label="Find an action"
          placeholder="What do you want to do?"
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
            if (by !== undefined) {
              event.preventDefault();
              setAt((index) => Math.max(0, Math.min(found.length - 1, Math.min(index, found.length - 1) + by)));
            } else if (event.key === 'Enter' && chosen !== undefined) {
              event.preventDefault();
              act(chosen);
            }
          }}
        />
      </div>
      <div className="palette-list" id="palette-list" role="listbox" aria-label="Actions" ref={list}>
        {found.map((action, index) => (
          <Row
            key={action.id}
            action={action}
            selected={action === chosen}
            onPoint={() => setAt(index)}
            onPress={() => act(action)}
          />
        ))}
      </div>
      {found.length === 0 ? <p className="palette-none">No action has these letters.</p> : null}
    </>
  );
}

interface RowProps {
  readonly action: Action;
  readonly selected: boolean;
  readonly onPoint: () => void;
  readonly onPress: () => void;
}

function Row({ action, selected, onPoint, onPress }: RowProps) {
  const why = action.unavailable?.();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard
    // biome-ignore lint/a11y/useFocusableInteractive: the field names the chosen row
    <div
      id={`palette-${action.id}`}
      className="palette-row"
      role="option"
      aria-selected={selected}
      aria-disabled={why === undefined ? undefined : true}
      onPointerMove={onPoint}
      onClick={onPress}
    >
      <span className="palette-group">{GROUP_WORDS[action.group]}</span>
      <span className="palette-words">
        {action.label}
        {why === undefined ? null : <span className="palette-why">{why}</span>}
      </span>
      {action.checked?.() === true ? <Icon name="check" /> : null}
      <Keys chords={action.keys} />
    </div>
  );
}
