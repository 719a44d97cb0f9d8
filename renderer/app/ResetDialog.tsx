// Owns the deliberate act of resetting: each stop by its own name, with its cause, whether rest was confirmed, and what to
// look at first. Must never reset more than the one stop whose button was pressed, nor offer it before the list is ticked.

import { useEffect, useState } from 'react';
import type { StandingStop } from '../../electron/ipc/cell-sockets.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { reset } from './cell-client.ts';
import { restInWords, stopInWords } from './cell-words.ts';
import { useConsole } from './console-store.ts';
import { showError } from './session-client.ts';

const CHECKS = [
  'I know why it stopped, and the cause is gone.',
  'I have looked at the arm: it stands still, and nothing is caught or about to fall.',
  'Nobody reaches into the cell.',
] as const;

export function ResetDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const stops = useConsole((state) => state.cellStatus?.stops);
  const holdsLease = useConsole((state) => state.holdsLease);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const newest = stops?.at(-1)?.id;
  // A new stop is a new reason to look.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is cleared when either changes
  useEffect(() => setTicked(new Set()), [open, newest]);
  const count = stops?.length ?? 0;
  useEffect(() => {
    if (open && count === 0) onClose();
  }, [open, count, onClose]);
  const allTicked = CHECKS.every((check) => ticked.has(check));
  const unavailable = !holdsLease
    ? 'This window does not hold control. Take control first.'
    : allTicked
      ? undefined
      : 'Go through the list first.';
  return (
    <Dialog
      open={open && count > 0}
      onClose={onClose}
      title={count === 1 ? 'Reset the stop' : `Reset ${count} stops, one by one`}
      description="Reset does not move the arm and resumes nothing: a block has to be approved anew."
      visibleDescription
      foot={<Button onClick={onClose}>Not yet</Button>}
    >
      <fieldset className="reset-list">
        <legend>Before you reset</legend>
        {CHECKS.map((check) => (
          <label key={check} className="reset-check">
            <input
              type="checkbox"
              checked={ticked.has(check)}
              onChange={({ target }) => {
                const changed = new Set(ticked);
                if (target.checked) changed.add(check);
                else changed.delete(check);
                setTicked(changed);
              }}
            />
            {check}
          </label>
        ))}
      </fieldset>
      <ul className="reset-stops">
        {(stops ?? []).map((stop) => (
          <StopRow key={stop.id} stop={stop} unavailable={unavailable} />
        ))}
      </ul>
    </Dialog>
  );
}

function StopRow({ stop, unavailable }: { readonly stop: StandingStop; readonly unavailable: string | undefined }) {
  const [isAsking, setAsking] = useState(false);
  const press = async () => {
    setAsking(true);
    try {
      await reset(stop.id);
    } catch (error) {
      showError(error);
    } finally {
      setAsking(false);
    }
  };
  return (
    <li className="reset-stop">
      <div className="reset-stop-words">
        <strong>{stopInWords(stop)}</strong>
        <span>Cause: {stop.detail}</span>
        <span>
          The robot was told to stop; {restInWords(stop.restConfirmed)}. <code>{stop.id}</code>
        </span>
      </div>
      <Button
        kind="primary"
        icon="reset"
        unavailable={isAsking ? 'Asked; waiting for the robot host.' : unavailable}
        onClick={() => void press()}
      >
        Reset {stop.id}
      </Button>
    </li>
  );
}
