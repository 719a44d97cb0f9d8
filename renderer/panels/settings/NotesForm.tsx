// Owns the notes that go to a model with every task: what is special about this lab.

import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { changeSettings } from './change-settings.ts';

export function NotesForm({ notes, useNotes }: { readonly notes: string; readonly useNotes: boolean }) {
  const [text, setText] = useState(notes);
  return (
    <section className="settings-part" aria-labelledby="settings-notes">
      <h2 id="settings-notes">Notes for models</h2>
      <label className="settings-row">
        <input
          type="checkbox"
          checked={useNotes}
          onChange={({ target }) => void changeSettings({ useNotes: target.checked })}
        />
        Give these notes to the model with every task
      </label>
      <textarea
        className="input settings-notes"
        aria-label="Notes for models"
        rows={5}
        placeholder="As: the table is slippery; close the gripper with 20 N at most."
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <Button
        kind="primary"
        unavailable={text === notes ? 'Nothing has changed.' : undefined}
        onClick={() => void changeSettings({ notes: text })}
      >
        Save notes
      </Button>
    </section>
  );
}
