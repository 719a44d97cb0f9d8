// Owns the press that leads on from anywhere: the next program, from whoever writes; and the end of the cell. Must never
// approve anything: that is the card's alone.

import type { ConsoleState } from '../../electron/ipc/console-contract.ts';
import { type Action, registerActions } from './actions.ts';
import { endCell, whyNotEnd } from './cell-choice.ts';
import { useConsole } from './console-store.ts';
import { showPanel } from './dock-store.ts';
import { requestSession } from './session-client.ts';

const BUSY: Readonly<Partial<Record<ConsoleState['phase'], string>>> = {
  opening: 'The cell is being opened.',
  writing: 'A program is being written.',
  checking: 'A program is being checked.',
  previewing: 'A program is being previewed.',
  asking: 'A program waits for your decision.',
  running: 'A program runs.',
  judging: 'The world comes to rest and is judged.',
  stopped: 'A stop stands. Reset it first.',
  ended: 'This episode is complete. Open the cell again.',
};

/** Why the session takes no new work now, in words; undefined when it does. */
export function whyNotIdle(): string | undefined {
  const { state, session, holdsLease } = useConsole.getState();
  if (session.kind !== 'open') return 'This window is not connected to its session.';
  if (state === undefined || state.cell === null) return 'No cell is open.';
  const busy = BUSY[state.phase];
  if (busy !== undefined) return busy;
  return holdsLease ? undefined : 'This window does not hold control.';
}

/** What the press for a next program says, by who writes. */
export function nextProgramLabel(): string {
  switch (useConsole.getState().state?.cell?.choice.writer.kind) {
    case 'model':
      return 'Ask the model';
    case 'operator':
      return 'Write a program';
    default:
      return 'Show a program';
  }
}

/** Sets the writer to work on the cell's instruction; an operator is shown the editor. */
export async function askForProgram(): Promise<void> {
  const cell = useConsole.getState().state?.cell;
  if (!cell) return;
  if (cell.choice.writer.kind === 'operator') showPanel('program');
  else await requestSession('instruct', { text: cell.instruction });
}

function actions(): Action[] {
  return [
    {
      id: 'session.next-program',
      group: 'session',
      get label() {
        return nextProgramLabel();
      },
      keywords: ['expert', 'instruct', 'start', 'run the task'],
      unavailable: whyNotIdle,
      perform: askForProgram,
    },
    {
      id: 'session.end',
      group: 'session',
      label: 'End the cell and complete its episode',
      keywords: ['close', 'finish'],
      unavailable: whyNotEnd,
      perform: endCell,
    },
  ];
}

/** Once, at start. */
export function startSessionActions(): void {
  registerActions(actions());
}
