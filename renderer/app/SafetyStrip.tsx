// Owns the strip that is always there: Stop, what the arm does in words, who drives, what stands in the way, the speed
// limit and control. Must never hide behind a dialog or leave out Stop at any size.

import { useEffect, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { cellInWords, driverInWords, type Tone } from './cell-words.ts';
import { useConsole } from './console-store.ts';
import { LeaseControl } from './LeaseControl.tsx';
import { ReadinessControl } from './ReadinessControl.tsx';
import { ResetDialog } from './ResetDialog.tsx';
import { closeResetDialog, openResetDialog, useResetDialog } from './reset-store.ts';
import { SpeedLimit } from './SpeedLimit.tsx';
import { StopButton } from './StopButton.tsx';

const TONE_ICON: Readonly<Record<Tone, IconName>> = {
  danger: 'warning',
  attention: 'clock',
  moving: 'play',
  ready: 'check',
  quiet: 'ring',
};

/** Age of the cell's status, looked at often enough to notice that it does not come any more. */
function useStatusAge(): number {
  const statusAtMs = useConsole((state) => state.cellLinks?.statusAtMs);
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return statusAtMs === undefined ? 0 : Math.max(0, now - statusAtMs);
}

export function SafetyStrip() {
  const session = useConsole((state) => state.session);
  const state = useConsole((store) => store.state);
  const cellLinks = useConsole((store) => store.cellLinks);
  const cellStatus = useConsole((store) => store.cellStatus);
  const resetting = useResetDialog((dialog) => dialog.open);
  const words = cellInWords({ session, state, cellLinks, cellStatus }, useStatusAge());
  const hasStops = (cellStatus?.stops.length ?? 0) > 0;
  const isReal = state?.cell?.robotKind === 'real';
  return (
    <section className="safety-strip" data-safety-strip aria-label="Safety">
      <StopButton />
      {isReal ? <p className="stop-note">In danger press the red button at the robot.</p> : null}
      <div className={`cell-state cell-state-${words.tone}`} role="status" aria-live="polite">
        <Icon name={TONE_ICON[words.tone]} />
        <div className="cell-state-words">
          <strong>{words.headline}</strong>
          <span title={words.detail}>{words.detail}</span>
        </div>
      </div>
      {hasStops ? (
        <Button kind="primary" icon="reset" onClick={openResetDialog}>
          Reset…
        </Button>
      ) : null}
      {cellLinks === undefined ? null : (
        <>
          {hasStops ? null : (
            <div className="strip-fact">
              <span className="strip-fact-name">Driving</span>
              <span className="strip-fact-value">{driverInWords({ cellStatus })}</span>
            </div>
          )}
          <ReadinessControl />
          {/* While a stop stands nobody drives and nothing has a speed: the cause has the room. */}
          {hasStops ? null : <SpeedLimit />}
          <LeaseControl />
        </>
      )}
      <ResetDialog open={resetting} onClose={closeResetDialog} />
    </section>
  );
}
