// Owns what can be pressed while a block runs: hold, step, pause, go on, end. Stop is in the strip, always.

import { useEffect } from 'react';
import type { CellStatus } from '../../../electron/ipc/cell-sockets.ts';
import { perform } from '../../app/action-keys.ts';
import { actionOf } from '../../app/actions.ts';
import { useConsole } from '../../app/console-store.ts';
import { Button } from '../../ui/Button.tsx';
import { Keys } from '../../ui/Keys.tsx';
import { QUESTION_TAB } from '../program/program-tabs.ts';
import { LineLink } from './Facts.tsx';
import { HoldButton } from './HoldButton.tsx';
import { showWaiting, waitingKey, whyNotPause } from './pace-actions.ts';

function run(id: string): void {
  const action = actionOf(id);
  if (action !== undefined) void perform(action);
}

interface Props {
  readonly pace: CellStatus['pace'];
  readonly block: number;
}

export function RunControls({ pace, block }: Props) {
  const holdsLease = useConsole((store) => store.holdsLease);
  const { waiting, mode } = pace;
  const key = waiting === null ? undefined : waitingKey(waiting);
  useEffect(() => {
    showWaiting(key);
    return () => showWaiting(undefined);
  }, [key]);
  if (!holdsLease) return null;
  return (
    <footer className="approval-foot">
      {waiting === null || waiting.kind === 'hold' ? null : <Waits waiting={waiting} block={block} />}
      {mode === 'hold' && waiting?.kind !== 'pause' ? (
        <HoldButton what={waiting?.kind === 'hold' ? 'The program waits for your hand.' : ''} />
      ) : null}
      <div className="approval-buttons">
        {waiting?.kind === 'pause' ? (
          <>
            <Button onClick={() => run('robot.end-program')}>End the program</Button>
            <Button kind="primary" onClick={() => run('robot.go-on')}>
              Go on <Keys chords={['alt+g']} />
            </Button>
          </>
        ) : (
          <>
            <Button icon="pause" unavailable={whyNotPause()} onClick={() => run('robot.pause')}>
              {pace.pausing ? 'Pauses…' : 'Pause'} <Keys chords={['alt+p']} />
            </Button>
            {waiting?.kind === 'step' ? (
              <Button kind="primary" className="approval-approve" onClick={() => run('robot.step')}>
                Step <Keys chords={['alt+s']} />
              </Button>
            ) : null}
          </>
        )}
      </div>
    </footer>
  );
}

function Waits({
  waiting,
  block,
}: {
  readonly waiting: NonNullable<Props['pace']['waiting']>;
  readonly block: number;
}) {
  return (
    <div className="approval-box approval-box-warn" role="status">
      <p>
        <strong>{waiting.kind === 'step' ? 'Next motion' : 'Paused'}</strong>: {waiting.what}
        {waiting.call === null ? null : (
          <>
            {' '}
            (<code>{waiting.call}</code>
            {waiting.line === null ? null : (
              <>
                , line <LineLink line={waiting.line} tab={QUESTION_TAB} block={block} />
              </>
            )}
            )
          </>
        )}
      </p>
    </div>
  );
}
