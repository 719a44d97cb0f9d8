// Owns the caps of a session: what a model may cost, and how often and how long it may be asked. An empty field is no cap.

import { useState } from 'react';
import type { ConsoleSettings } from '../../../electron/ipc/console-contract.ts';
import { Button } from '../../ui/Button.tsx';
import { changeSettings } from './change-settings.ts';

type Caps = ConsoleSettings['caps'];

const FIELDS = [
  { key: 'costUsd', label: 'Cost, US dollars', step: 0.1 },
  { key: 'turns', label: 'Turns', step: 1 },
  { key: 'calls', label: 'Calls of a model', step: 1 },
  { key: 'tokens', label: 'Tokens', step: 1000 },
  { key: 'wallS', label: 'Time, seconds', step: 10 },
] as const satisfies readonly { readonly key: keyof Caps; readonly label: string; readonly step: number }[];

/** What is typed, as caps; undefined when a field holds no number. */
function capsOf(typed: Readonly<Record<string, string>>): Caps | undefined {
  const caps: Record<string, number> = {};
  for (const { key } of FIELDS) {
    const text = typed[key].trim();
    if (text === '') continue;
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0) return undefined;
    caps[key] = value;
  }
  return caps;
}

export function CapsForm({ caps }: { readonly caps: Caps }) {
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(FIELDS.map(({ key }) => [key, caps[key] === undefined ? '' : String(caps[key])])),
  );
  const made = capsOf(typed);
  const isSame = made !== undefined && FIELDS.every(({ key }) => made[key] === caps[key]);
  const unavailable =
    made === undefined ? 'A cap is a number, or empty for none.' : isSame ? 'Nothing has changed.' : undefined;
  return (
    <section className="settings-part" aria-labelledby="settings-caps">
      <h2 id="settings-caps">Caps</h2>
      <p className="field-note">A session that reaches one asks no model any more. An empty field is no cap.</p>
      <form
        className="settings-caps"
        onSubmit={(event) => {
          event.preventDefault();
          if (unavailable === undefined && made !== undefined) void changeSettings({ caps: made });
        }}
      >
        {FIELDS.map(({ key, label, step }) => (
          <label key={key} className="field">
            <span className="field-label">{label}</span>
            <input
              className="input settings-number"
              type="number"
              min={0}
              step={step}
              placeholder="no cap"
              value={typed[key]}
              onChange={({ target }) => setTyped((before) => ({ ...before, [key]: target.value }))}
            />
          </label>
        ))}
        <Button kind="primary" type="submit" unavailable={unavailable}>
          Save caps
        </Button>
      </form>
    </section>
  );
}
