// Owns what stands in place of the panels when this window has no session and will get none: why, and what to do.

import { Button } from '../ui/Button.tsx';
import { Empty } from '../ui/Empty.tsx';
import { useConsole } from './console-store.ts';

export function SessionGate() {
  const session = useConsole((state) => state.session);
  if (session.kind !== 'refused') return null;
  return (
    <div className="session-gate" role="alert">
      <Empty
        icon="link"
        title="This window has no session"
        words={`${session.why} The arm is not affected by this page. Open the address that Capstan printed when it started, or load this page again.`}
      >
        <Button kind="primary" icon="reset" onClick={() => location.reload()}>
          Load again
        </Button>
      </Empty>
    </div>
  );
}
