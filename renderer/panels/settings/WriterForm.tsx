// Owns who writes by default: the task's expert, the operator, or a model with its eyes and its voices.

import { useState } from 'react';
import type { Writer } from '../../../electron/ipc/console-contract.ts';
import { WriterChoice } from '../../app/WriterChoice.tsx';
import { Button } from '../../ui/Button.tsx';
import { changeSettings } from './change-settings.ts';

export function WriterForm({ writer: saved }: { readonly writer: Writer }) {
  const [writer, setWriter] = useState(saved);
  const isSame = JSON.stringify(writer) === JSON.stringify(saved);
  return (
    <section className="settings-part" aria-labelledby="settings-writer">
      <h2 id="settings-writer">Writer of programs</h2>
      <p className="field-note">Offered first when a cell is opened. A cell that is open keeps its own.</p>
      <WriterChoice
        writer={writer}
        hasExpert
        preferredModel={saved.kind === 'model' ? saved.name : ''}
        onChange={setWriter}
      />
      {writer.kind === 'model' ? (
        <div className="settings-row">
          <label className="field settings-grow">
            <span className="field-label">Describes pictures (M3, M4)</span>
            <input
              className="input"
              placeholder="the same model"
              value={writer.vision ?? ''}
              onChange={({ target }) => setWriter({ ...writer, vision: target.value === '' ? null : target.value })}
            />
          </label>
          <label className="field">
            <span className="field-label">Candidates per turn</span>
            <input
              className="input settings-number"
              type="number"
              min={1}
              max={16}
              value={writer.ensemble}
              onChange={({ target }) =>
                setWriter({ ...writer, ensemble: Math.max(1, Math.min(16, Math.trunc(Number(target.value) || 1))) })
              }
            />
          </label>
        </div>
      ) : null}
      <Button
        kind="primary"
        unavailable={isSame ? 'Nothing has changed.' : undefined}
        onClick={() => void changeSettings({ writer })}
      >
        Save writer
      </Button>
    </section>
  );
}
