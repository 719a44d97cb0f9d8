// Owns what takes time now: its name, for how long, how much is done, and the button that ends it.

import { useEffect, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { useConsole } from './console-store.ts';
import { askSession } from './session-client.ts';

export function WorkBadge() {
  const work = useConsole((state) => state.state?.work);
  const isConnected = useConsole((state) => state.session.kind === 'open');
  const [now, setNow] = useState(() => Date.now());
  const isWorking = work !== null && work !== undefined && isConnected;
  useEffect(() => {
    if (!isWorking) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isWorking]);
  if (!isWorking) return null;
  const seconds = Math.max(0, Math.round((now - work.sinceMs) / 1000));
  return (
    <div className="work-badge" role="status">
      {work.share === null ? (
        <span className="work-dot" aria-hidden="true" />
      ) : (
        <progress className="work-progress" max={1} value={work.share} aria-label={work.what} />
      )}
      <span className="work-what">{work.what}</span>
      {seconds >= 2 ? <span className="work-time">{seconds} s</span> : null}
      {work.cancellable ? (
        <Button size="small" kind="quiet" onClick={() => void askSession('cancel', {})}>
          Cancel
        </Button>
      ) : null}
    </div>
  );
}
