// Owns how the operator lets an approved program go on: pause, go on, step, end. Buttons, keys and the palette run these.
// Must never let a motion happen on a press that began before that motion was shown.

import type { CellStatus } from '../../../electron/ipc/cell-sockets.ts';
import { registerActions } from '../../app/actions.ts';
import { requestControl } from '../../app/cell-client.ts';
import { toast, useConsole } from '../../app/console-store.ts';
import { lastPress } from './presses.ts';

type Waiting = CellStatus['pace']['waiting'];

/** When what the program waits for was first on screen, and which that was. */
let shown: { readonly key: string; readonly sinceMs: number } | undefined;

export const waitingKey = (waiting: NonNullable<Waiting>) => `${waiting.kind} ${waiting.commandId ?? waiting.what}`;

/** The card tells what it shows; undefined for nothing. */
export function showWaiting(key: string | undefined): void {
  if (key === shown?.key) return;
  shown = key === undefined ? undefined : { key, sinceMs: performance.now() };
}

function waitingNow(): Waiting {
  return useConsole.getState().cellStatus?.pace.waiting ?? null;
}

/** Whether the last press can have been meant for this. */
function isMeant(waiting: NonNullable<Waiting>): boolean {
  if (shown?.key === waitingKey(waiting) && lastPress().beganMs >= shown.sinceMs) return true;
  toast('info', 'What the program waits for has just changed. Look at it, then press again.');
  return false;
}

function whyNot(kind: NonNullable<Waiting>['kind'], otherwise: string): string | undefined {
  const { holdsLease, cellStatus } = useConsole.getState();
  if (!holdsLease) return 'Another window holds control.';
  return cellStatus?.pace.waiting?.kind === kind ? undefined : otherwise;
}

export function whyNotPause(): string | undefined {
  const { holdsLease, cellStatus } = useConsole.getState();
  if (!holdsLease) return 'Another window holds control.';
  if (cellStatus?.running == null) return 'No program runs.';
  if (cellStatus.pace.pausing) return 'It pauses before its next call.';
  return cellStatus.pace.waiting?.kind === 'pause' ? 'It is paused already.' : undefined;
}

registerActions([
  {
    id: 'robot.pause',
    group: 'robot',
    label: 'Pause the program before its next call',
    keys: ['alt+p'],
    unavailable: whyNotPause,
    perform: async () => {
      await requestControl('pause', {});
    },
  },
  {
    id: 'robot.go-on',
    group: 'robot',
    label: 'Let the paused program go on',
    keywords: ['continue', 'resume', 'hand back'],
    keys: ['alt+g'],
    unavailable: () => whyNot('pause', 'No program is paused.'),
    perform: async () => {
      const waiting = waitingNow();
      if (waiting !== null && isMeant(waiting)) await requestControl('goOn', {});
    },
  },
  {
    id: 'robot.step',
    group: 'robot',
    label: 'Let the next motion happen',
    keywords: ['step', 'continue'],
    keys: ['alt+s'],
    unavailable: () => whyNot('step', 'No motion waits for you.'),
    perform: async () => {
      const waiting = waitingNow();
      if (waiting === null || waiting.commandId === null || !isMeant(waiting)) return;
      await requestControl('step', { commandId: waiting.commandId });
    },
  },
  {
    id: 'robot.end-program',
    group: 'robot',
    label: 'End the paused program where it stands',
    unavailable: () => whyNot('pause', 'No program is paused.'),
    perform: async () => {
      await requestControl('endProgram', {});
    },
  },
]);
