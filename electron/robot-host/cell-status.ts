// Owns the small status of a cell in words for people: what stands, who drives, and which part is ready with the fix
// beside it. Must never call a part ready that the gate would not start a block with.

import type { CellParts, CellView } from '../ipc/cell-guard-contract.ts';
import type { CellStatus, Readiness } from '../ipc/cell-sockets.ts';
import type { Holder } from './lease.ts';

/** What the status is made of. Times by the monotonic clock, seconds; undefined for never. */
export interface StatusFacts {
  readonly nowS: number;
  readonly openedS: number;
  readonly view: CellView;
  readonly parts: CellParts | undefined;
  readonly holder: Holder | undefined;
  readonly isHidden: boolean;
  readonly heardS: (source: 'window' | 'session' | 'stop-channel') => number | undefined;
  readonly echoDelayMs: number | undefined;
  readonly aliveS: number;
  readonly robotTimeS: number;
}

/** A beat older than this does not let a block start, seconds: the gate's own figure. */
const FRESH_S = 1;
/** The cell's thread comes by every 25 ms; later than this it is busy with something, seconds. */
const BUSY_S = 0.5;

export function cellStatus(facts: StatusFacts): CellStatus {
  const { nowS, openedS, view, holder, heardS, echoDelayMs, robotTimeS } = facts;
  const ageMs = (source: 'window' | 'session') => {
    const atS = heardS(source);
    return atS === undefined ? null : 1000 * (nowS - atS);
  };
  return {
    epoch: view.epoch,
    stops: view.stops.map((stop) => ({ ...stop, atS: stop.atS - openedS })),
    running: view.running,
    pace: view.pace,
    driver: driverOf(view),
    lease: holder ?? null,
    readiness: readinessOf(facts),
    delaysMs: { stop: echoDelayMs ?? null, window: ageMs('window'), session: ageMs('session') },
    speedScale: view.speedScale,
    robotTimeS: Number.isNaN(robotTimeS) ? 0 : robotTimeS,
  };
}

/** A paused program does not move the arm. */
function driverOf({ running, pace, jogging }: CellView): CellStatus['driver'] {
  if (jogging) return 'operator';
  return running === null || pace.waiting !== null ? 'nobody' : 'program';
}

/** Everything in a status that changes only when something happens, without what a program can change at its own pace. */
export function statusKey({ epoch, stops, running, pace, driver, lease, readiness, speedScale }: CellStatus): string {
  const states = readiness.map(({ state }) => state);
  const block = running === null ? null : [running.block, running.name];
  return JSON.stringify({ epoch, stops, block, pace, driver, lease, states, speedScale });
}

function readinessOf(facts: StatusFacts): Readiness[] {
  return [
    robot(facts),
    recorder(facts),
    twin(facts),
    window(facts),
    session(facts),
    stopChannel(facts),
    cameras(facts),
    {
      part: 'hardware button',
      state: 'not needed',
      detail: 'none is configured; a simulated arm needs none',
      fix: '',
    },
    lease(facts),
  ];
}

function robot({ parts, nowS, aliveS }: StatusFacts): Readiness {
  const part = 'robot';
  if (parts === undefined) return { part, state: 'missing', detail: 'the cell is being opened', fix: '' };
  if (parts.robot === 'fault') {
    return {
      part,
      state: 'missing',
      detail: 'the physics has diverged; the arm is still',
      fix: 'Open the cell again.',
    };
  }
  const busyS = nowS - aliveS;
  if (busyS > BUSY_S) {
    return { part, state: 'late', detail: `the cell has been busy for ${busyS.toFixed(1)} s; Stop works`, fix: '' };
  }
  return { part, state: 'ready', detail: `simulated, ${parts.robot}`, fix: '' };
}

function recorder({ parts }: StatusFacts): Readiness {
  const part = 'recorder';
  if (parts?.recorder == null) return { part, state: 'not needed', detail: 'this session keeps no episode', fix: '' };
  const { failure } = parts.recorder;
  if (failure === null) return { part, state: 'ready', detail: 'recording', fix: '' };
  return {
    part,
    state: 'missing',
    detail: failure,
    fix: 'Make room or choose another folder, then open the cell again.',
  };
}

function twin({ parts }: StatusFacts): Readiness {
  const part = 'twin';
  switch (parts?.twin ?? null) {
    case null:
      return { part, state: 'not needed', detail: 'this session makes no previews', fix: '' };
    case 'starting':
      return { part, state: 'late', detail: 'the preview is starting', fix: '' };
    case 'gone':
      return { part, state: 'missing', detail: 'the preview process has ended', fix: 'Open the cell again.' };
    default:
      return { part, state: 'ready', detail: 'ready to preview', fix: '' };
  }
}

function window({ holder, isHidden, heardS, nowS }: StatusFacts): Readiness {
  const part = 'window';
  if (holder === undefined) {
    return { part, state: 'missing', detail: 'no window holds control', fix: 'Take control in a window.' };
  }
  if (isHidden) {
    return {
      part,
      state: 'late',
      detail: `the window of ${holder.name} is hidden: nobody watches the arm`,
      fix: 'Bring that window to the front.',
    };
  }
  return beat(part, `the window of ${holder.name}`, heardS('window'), nowS, 'Look at that window, or take control.');
}

function session({ heardS, nowS }: StatusFacts): Readiness {
  return beat('session', 'the session', heardS('session'), nowS, 'The session process is busy or gone.');
}

function stopChannel({ holder, heardS, nowS }: StatusFacts): Readiness {
  const part = 'stop channel';
  if (holder === undefined) {
    return { part, state: 'missing', detail: 'no window holds control', fix: 'Take control in a window.' };
  }
  return beat(part, 'the stop channel', heardS('stop-channel'), nowS, 'Reload the window that holds control.');
}

function beat(part: Readiness['part'], who: string, atS: number | undefined, nowS: number, fix: string): Readiness {
  if (atS === undefined) return { part, state: 'missing', detail: `${who} has not answered yet`, fix };
  const ageS = nowS - atS;
  if (ageS <= FRESH_S) return { part, state: 'ready', detail: `${who} answers`, fix: '' };
  return { part, state: 'late', detail: `${who} has been silent for ${ageS.toFixed(1)} s`, fix };
}

function cameras({ parts }: StatusFacts): Readiness {
  const part = 'cameras';
  const names = parts?.cameras ?? [];
  if (names.length === 0) return { part, state: 'not needed', detail: 'this cell has no camera', fix: '' };
  return { part, state: 'ready', detail: names.join(', '), fix: '' };
}

function lease({ holder }: StatusFacts): Readiness {
  const part = 'lease';
  if (holder === undefined) {
    return { part, state: 'missing', detail: 'nobody holds control', fix: 'Take control in a window.' };
  }
  return { part, state: 'ready', detail: `${holder.name} holds control`, fix: '' };
}
