// Owns who holds control of the cell, and the button that takes it or gives it back.

import { Button } from '../ui/Button.tsx';
import { releaseLease, takeLease } from './cell-client.ts';
import { useConsole } from './console-store.ts';
import { showError } from './session-client.ts';

export function LeaseControl() {
  const lease = useConsole((state) => state.cellStatus?.lease);
  const holdsLease = useConsole((state) => state.holdsLease);
  const isRunning = useConsole((state) => (state.cellStatus?.running ?? null) !== null);
  if (lease === undefined) return null;
  const who = holdsLease ? 'This window' : (lease?.name ?? 'Nobody');
  return (
    <div className="strip-fact">
      <span className="strip-fact-name">Control: {who}</span>
      {holdsLease ? (
        <Button
          size="small"
          unavailable={
            isRunning ? 'Giving control back now would stop the running program. Use Stop for that.' : undefined
          }
          tip="Others may then take control. This window goes on watching."
          onClick={() => void releaseLease().catch(showError)}
        >
          Release
        </Button>
      ) : (
        <Button
          size="small"
          kind="primary"
          tip="Only the holder of control approves and resets. Anybody can stop."
          onClick={() => void takeLease(lease !== null).catch(showError)}
        >
          Take control
        </Button>
      )}
    </div>
  );
}
