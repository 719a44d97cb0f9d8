// Owns the state of the cell in words: what moves, who moves it, why it stands still. One place for the strip, the reset
// dialog, the screen reader and the tests. Must never say that nothing moves when that is not known.

import type { StandingStop } from '../../electron/ipc/cell-sockets.ts';
import type { Phase } from '../../electron/ipc/console-contract.ts';
import type { ConsoleStore, LinkState } from './console-store.ts';

export type Tone = 'danger' | 'attention' | 'moving' | 'ready' | 'quiet';

export interface CellWords {
  readonly tone: Tone;
  readonly headline: string;
  readonly detail: string;
}

/** A status older than this says nothing about now, milliseconds; the robot host sends two a second. */
export const STATUS_OLD_MS = 1500;

const STOPPED_BY: Readonly<Record<StandingStop['source'], string>> = {
  operator: 'Stopped by the operator',
  window: 'Stopped: window fell silent',
  session: 'Stopped by the session',
  'hardware-button': 'Stopped by the hardware button',
  robot: 'The robot stopped itself',
  limit: 'Stopped at a limit',
  watchdog: 'Stopped by the watchdog',
  process: 'Stopped: a process ended',
};

export function stopInWords(stop: StandingStop): string {
  return `${STOPPED_BY[stop.source]} at ${stop.atS.toFixed(1)} s`;
}

export function restInWords(restConfirmed: boolean | null): string {
  if (restConfirmed === null) return 'rest not confirmed yet';
  return restConfirmed ? 'rest confirmed' : 'rest NOT confirmed';
}

const WAITING: Readonly<Partial<Record<Phase, string>>> = {
  opening: 'The cell is being opened.',
  writing: 'A program is being written.',
  checking: 'A program is being checked.',
  previewing: 'A program is being previewed in the twin.',
  asking: 'A program waits for your decision.',
  judging: 'The world comes to rest and is judged.',
  ended: 'The episode is complete.',
};

function linkInWords(link: LinkState): string {
  switch (link.kind) {
    case 'connecting':
      return 'The window is connecting.';
    case 'open':
      return 'The window is connected.';
    case 'lost':
    case 'refused':
      return link.why;
  }
}

type Seen = Pick<ConsoleStore, 'session' | 'state' | 'cellLinks' | 'cellStatus'>;

/** @param statusAgeMs age of `cellStatus` */
export function cellInWords({ session, state, cellLinks, cellStatus }: Seen, statusAgeMs: number): CellWords {
  if (cellLinks === undefined) return withoutCell(session, state?.phase);
  if (cellLinks.stopDelivery?.kind === 'undelivered') {
    return {
      tone: 'danger',
      headline: 'The stop was NOT delivered',
      detail: `${cellLinks.stopDelivery.why} Use the red hardware button. This window no longer beats, so the robot host stops a running program by itself; the stop is sent as soon as the link is back.`,
    };
  }
  if (cellStatus === undefined || statusAgeMs > STATUS_OLD_MS) {
    if (cellLinks.control.kind === 'connecting') {
      return {
        tone: 'quiet',
        headline: 'Connecting to the robot host',
        detail: 'Not known yet what the arm does.',
      };
    }
    return {
      tone: 'danger',
      headline: 'Not known what the arm does',
      detail: `${cellLinks.control.kind === 'open' ? 'The robot host is silent.' : linkInWords(cellLinks.control)} Without this window's beat a running program is stopped. In danger use the red hardware button.`,
    };
  }
  const { stops, running, driver } = cellStatus;
  if (stops.length > 0) return stopped(stops);
  if (driver === 'operator') {
    return { tone: 'moving', headline: 'Operator is moving the arm', detail: 'The program waits.' };
  }
  if (running !== null) {
    const since = `Block ${running.block + 1}, since ${running.sinceS.toFixed(1)} s`;
    return driver === 'program'
      ? { tone: 'moving', headline: 'Program is moving the arm', detail: since }
      : { tone: 'attention', headline: 'Program is running', detail: since };
  }
  const waiting = state === undefined ? undefined : WAITING[state.phase];
  return {
    tone: state?.phase === 'asking' ? 'attention' : 'ready',
    headline: 'Nothing moves',
    detail: waiting ?? 'An instruction or a program is welcome.',
  };
}

/** A cause as the beginning of a sentence that goes on; the full stop of "Ctrl+." is a key. */
function begun(text: string): string {
  const trimmed = text.trim().replace(/(?<=\w)\.$/, '');
  return trimmed === '' ? '' : `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}; `;
}

function stopped(stops: readonly StandingStop[]): CellWords {
  const newest = stops[stops.length - 1];
  const others = stops.length - 1;
  const more = others === 0 ? '' : `${others} more ${others === 1 ? 'stop stands' : 'stops stand'}; `;
  return {
    tone: 'danger',
    headline: `${stopInWords(newest)}; ${restInWords(newest.restConfirmed)}`,
    detail: `${begun(newest.detail)}${more}nothing runs until ${others === 0 ? 'it is' : 'they are'} reset.`,
  };
}

function withoutCell(session: LinkState, phase: Phase | undefined): CellWords {
  if (phase === 'opening') {
    return { tone: 'quiet', headline: 'Opening the cell', detail: 'Nothing can move yet.' };
  }
  if (session.kind === 'open') {
    return { tone: 'quiet', headline: 'No cell is open', detail: 'Nothing can move. Choose a task to begin.' };
  }
  if (session.kind === 'connecting') {
    return { tone: 'quiet', headline: 'Connecting', detail: 'This window is looking for its session.' };
  }
  return { tone: 'danger', headline: 'No session', detail: session.why };
}

/** Who is driving, in a word or two. */
export function driverInWords({ cellStatus }: Pick<ConsoleStore, 'cellStatus'>): string {
  if (cellStatus === undefined) return 'not known';
  return { program: 'Program', operator: 'Operator', nobody: 'Nobody' }[cellStatus.driver];
}
