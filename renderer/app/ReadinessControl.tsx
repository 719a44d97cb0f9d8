// Owns the readiness of each part, with what a person can do about it, and the delay of the stop link.

import type { Readiness } from '../../electron/ipc/cell-sockets.ts';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { Popover } from '../ui/Popover.tsx';
import { useConsole } from './console-store.ts';

const MARK: Readonly<Record<Readiness['state'], { readonly icon: IconName; readonly className: string }>> = {
  ready: { icon: 'check', className: 'readiness-ready' },
  late: { icon: 'clock', className: 'readiness-late' },
  missing: { icon: 'cross', className: 'readiness-missing' },
  'not needed': { icon: 'minus', className: 'readiness-idle' },
};

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** As "Ready", or what is not. */
export function readinessInWords(parts: readonly Readiness[]): string {
  const open = parts.filter(({ state }) => state === 'late' || state === 'missing');
  if (parts.length === 0) return 'Not known';
  if (open.length === 0) return 'Ready';
  if (open.length === 1) return `${sentence(open[0].part)}: ${open[0].state}`;
  return `${open.length} parts not ready`;
}

export function ReadinessControl() {
  const status = useConsole((state) => state.cellStatus);
  const delivery = useConsole((state) => state.cellLinks?.stopDelivery);
  const parts = status?.readiness ?? [];
  const isReady = parts.length > 0 && parts.every(({ state }) => state === 'ready' || state === 'not needed');
  const delayMs = status?.delaysMs.stop ?? null;
  const delay =
    delayMs === null ? 'Stop link silent' : `Stop link ${delayMs < 10 ? delayMs.toFixed(1) : Math.round(delayMs)} ms`;
  return (
    <Popover
      side="top"
      name="Readiness of each part"
      trigger={
        <button type="button" className="strip-fact strip-fact-button">
          <span className="strip-fact-name">{delay}</span>
          <span className={`strip-fact-value ${isReady ? 'readiness-ready' : 'readiness-late'}`}>
            <Icon name={isReady ? 'check' : 'warning'} />
            {readinessInWords(parts)}
          </span>
        </button>
      }
    >
      <h3>Readiness</h3>
      <ul className="readiness-list">
        {parts.map(({ part, state, detail, fix }) => (
          <li key={part} className="readiness-row">
            <span className={MARK[state].className}>
              <Icon name={MARK[state].icon} />
            </span>
            <div>
              <strong>
                {sentence(part)}: {state}
              </strong>
              <p>{sentence(detail)}</p>
              {fix === '' ? null : <p className="readiness-fix">{sentence(fix)}</p>}
            </div>
          </li>
        ))}
      </ul>
      {parts.length === 0 ? <p>The robot host has not said anything yet.</p> : null}
      <p className="field-note">
        {delivery?.kind === 'closed'
          ? `The last stop closed the gate ${delivery.gateMs.toFixed(1)} ms after it arrived, ${delivery.roundTripMs.toFixed(0)} ms from the press to the answer here.`
          : 'The delay of a stop from press to answer is shown here after the first one.'}
      </p>
    </Popover>
  );
}
