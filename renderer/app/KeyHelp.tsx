// Owns the list of all keys, made from the actions that have some.

import { create } from 'zustand';
import { Dialog } from '../ui/Dialog.tsx';
import { chordInWords } from '../ui/Keys.tsx';
import { STOP_KEYS } from './stop-keys.ts';
import { useActions } from './use-actions.ts';

const useKeyHelp = create<{ readonly open: boolean }>(() => ({ open: false }));

export function openKeyHelp(): void {
  useKeyHelp.setState({ open: true });
}

export function KeyHelp() {
  const open = useKeyHelp((state) => state.open);
  return (
    <Dialog
      open={open}
      onClose={() => useKeyHelp.setState({ open: false })}
      title="Keys"
      description="Stop works in every field and every dialog. Keys without Ctrl, Cmd or Alt are heard outside of text fields."
      visibleDescription
    >
      {open ? <KeyList /> : null}
    </Dialog>
  );
}

function KeyList() {
  const rows = useActions().filter(({ keys }) => keys !== undefined && keys.length > 0);
  return (
    <dl className="key-list">
      <div>
        <dt>Stop</dt>
        <dd>
          {STOP_KEYS.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </dd>
      </div>
      {rows.map(({ id, label, keys }) => (
        <div key={id}>
          <dt>{label}</dt>
          <dd>
            {keys?.map((chord) => (
              <kbd key={chord}>{chordInWords(chord)}</kbd>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
