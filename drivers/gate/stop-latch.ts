// Owns the latched stops. Every stop stays latched under its own id until somebody clears that very id; while any stands
// the gate is shut. Must never clear a stop by itself, and never talks to the robot.

import type { StopReport } from '../robot.ts';
import { GateRefusal, NOTHING_SENT } from './refusal.ts';

/** Where a stop came from. */
export type StopSource =
  | 'operator'
  | 'window'
  | 'session'
  | 'hardware-button'
  | 'robot'
  | 'limit'
  | 'watchdog'
  | 'process';

export interface StopCause {
  readonly source: StopSource;
  /** In words, as "no beat from the window for 0.31 s". */
  readonly detail: string;
}

export interface LatchedStop {
  readonly id: string;
  readonly cause: StopCause;
  /** Gate clock, seconds. */
  readonly atS: number;
  /** What the robot really did; null until it has answered. */
  readonly report: StopReport | null;
}

/**
 * A stop that somebody outside of the gate's thread has raised and the gate has not latched yet. While one is raised the
 * gate is shut; whoever raises it also asks for the stop itself, and lowers it once that is latched.
 */
export interface StopWord {
  /** Read at every look of the gate: must answer at once, from what is true at this instant. */
  raised(): StopCause | undefined;
}

export interface StopLatch {
  /** Latches one more stop. */
  add(cause: StopCause, atS: number): LatchedStop;
  /** Notes the robot's answer to a stop; without effect once that stop is cleared. */
  setReport(id: string, report: StopReport): void;
  /** Clears exactly the stop of this id. @throws GateRefusal STOP_UNKNOWN when no such stop stands */
  clear(id: string): LatchedStop;
  /** @throws GateRefusal STOP_UNKNOWN when no such stop stands */
  find(id: string): LatchedStop;
  /** The stops that stand, oldest first. */
  standing(): readonly LatchedStop[];
}

export function createStopLatch(): StopLatch {
  const stops = new Map<string, LatchedStop>();
  let count = 0;
  const find = (id: string) => {
    const stop = stops.get(id);
    if (stop === undefined) {
      const names = [...stops.keys()].join(', ');
      throw new GateRefusal(
        'STOP_UNKNOWN',
        `There is no latched stop "${id}". Nothing was cleared.`,
        names === '' ? 'No stop is latched.' : `Latched are: ${names}.`,
      );
    }
    return stop;
  };
  return {
    add(cause, atS) {
      count += 1;
      const stop: LatchedStop = { id: `stop-${count}`, cause: { ...cause }, atS, report: null };
      stops.set(stop.id, stop);
      return stop;
    },
    setReport(id, report) {
      const stop = stops.get(id);
      if (stop !== undefined) stops.set(id, { ...stop, report });
    },
    clear(id) {
      const stop = find(id);
      stops.delete(id);
      return stop;
    },
    find,
    standing: () => [...stops.values()],
  };
}

/** The refusal that everything gets between the raising of a stop and its latching. */
export function raisedRefusal({ source, detail }: StopCause): GateRefusal {
  return new GateRefusal(
    'STOP_LATCHED',
    `Stopped (${source}: ${detail}). ${NOTHING_SENT} The rest of the arm is not confirmed yet.`,
    'Look at the cell, reset every stop that stands, then approve a block anew. Nothing resumes by itself.',
  );
}

/** The refusal that everything gets while a stop stands. */
export function stopRefusal(standing: readonly LatchedStop[]): GateRefusal {
  const newest = standing[standing.length - 1];
  const { restConfirmed } = newest.report ?? { restConfirmed: false };
  const arm = restConfirmed ? 'The arm is at rest.' : 'The arm was told to stop; its rest is not confirmed yet.';
  return new GateRefusal(
    'STOP_LATCHED',
    `Stopped (${standing.map(({ id, cause }) => `${id}, ${cause.source}: ${cause.detail}`).join('; ')}). ${arm}`,
    'Look at the cell, reset every stop that stands, then approve a block anew. Nothing resumes by itself.',
  );
}
