// Owns every message between the two threads of a robot host: the main thread, which guards, and the cell's. What a
// session asks passes between them unread (robot-host-contract.ts); what a stop needs has this contract to itself.

import { z } from 'zod';
import { STOP_SOURCES } from './cell-sockets.ts';
import { jogGripperSchema, jogSchema, paceViewSchema } from './operator-pace.ts';
import { ROBOT_HOST_CONTRACT, stopOutcomeSchema } from './robot-host-contract.ts';
import type { Contract } from './rpc.ts';

const nothing = z.object({});

/** What stands at the gate. Times of stops by the monotonic clock, of the block in robot time, seconds. */
export const cellViewSchema = z.object({
  epoch: z.int(),
  stops: z.array(
    z.object({
      id: z.string(),
      source: z.enum(STOP_SOURCES),
      detail: z.string(),
      atS: z.number(),
      restConfirmed: z.boolean().nullable(),
    }),
  ),
  running: z
    .object({
      block: z.int().nonnegative(),
      name: z.string(),
      sinceS: z.number(),
      call: z.object({ name: z.string(), line: z.int().positive().nullable() }).nullable(),
    })
    .nullable(),
  speedScale: z.number(),
  pace: paceViewSchema,
  /** The operator has the arm in hand. */
  jogging: z.boolean(),
});
export type CellView = z.infer<typeof cellViewSchema>;

/** The parts of a cell that only its own thread knows. */
export const cellPartsSchema = z.object({
  robot: z.enum(['idle', 'moving', 'stopping', 'stopped', 'fault']),
  /** Null where nothing is recorded; a text says why it failed. */
  recorder: z.object({ failure: z.string().nullable() }).nullable(),
  twin: z.enum(['starting', 'ready', 'gone']).nullable(),
  cameras: z.array(z.string()),
});
export type CellParts = z.infer<typeof cellPartsSchema>;

export const CELL_GUARD_CONTRACT = {
  requests: {
    open: ROBOT_HOST_CONTRACT.requests.open,
    /** Latches the stop that was raised under this number. */
    stop: {
      params: z.object({ number: z.int().positive(), source: z.enum(STOP_SOURCES), detail: z.string() }),
      result: stopOutcomeSchema,
    },
    reset: { params: z.object({ stopId: z.string(), by: z.string() }), result: nothing },
    pause: { params: z.object({ by: z.string() }), result: nothing },
    goOn: { params: nothing, result: nothing },
    step: { params: z.object({ commandId: z.string() }), result: nothing },
    jog: { params: z.object({ jog: jogSchema, by: z.string() }), result: nothing },
    jogGripper: { params: z.object({ grip: jogGripperSchema, by: z.string() }), result: nothing },
    endProgram: { params: z.object({ by: z.string() }), result: nothing },
    /** The session is gone: completes the episode, after the stop that was asked for before. */
    end: { params: nothing, result: nothing },
  },
  notices: {
    /** Words of the guard for the episode. */
    log: z.object({ message: z.string() }),
    /** The hand is on the switch of hold-to-run. */
    held: nothing,
  },
  events: {
    /** At once after a change. */
    view: cellViewSchema,
    parts: cellPartsSchema,
  },
} as const satisfies Contract;

/** A message of the episode on its way to the windows; these have a port of their own, in batches. */
export interface OutgoingFrame {
  readonly seq: number;
  readonly topic: string;
  /** Of frames with the same key only the newest matters; null for one that is never dropped. */
  readonly key: string | null;
  /** Header line and bytes, as they go over the socket. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}
