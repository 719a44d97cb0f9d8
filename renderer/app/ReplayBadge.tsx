// Owns saying that the panels show a recording and not the arm beside the operator, and the way back.

import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { useConsole } from './console-store.ts';
import { showLive } from './live-source.ts';

export function ReplayBadge() {
  const replayOf = useConsole((state) => state.replayOf);
  const hasCell = useConsole((state) => (state.state?.cell ?? null) !== null);
  if (replayOf === null) return null;
  return (
    <div className="replay-badge" role="status">
      <Icon name="film" />
      <span className="replay-badge-words">
        Replay: <span title={replayOf}>{replayOf}</span>
      </span>
      <Button size="small" onClick={showLive}>
        {hasCell ? 'Back to the live cell' : 'Close the replay'}
      </Button>
    </div>
  );
}
