// Owns everything that is said on the three sockets between a window and the robot host: stop, control and state; the
// window, the robot host and their tests take names, shapes and numbers from here. Browser-safe: no node:, no ws. Must
// never grow a message that moves an arm without a person at the lease, or that a stop could have to wait behind.
//
// Connecting. All three are paths of one loopback address that the session tells the window. The Origin header is looked
// at during the upgrade: a browser's must be one of the origins the session named; a client without an Origin (no
// browser) must bring the header `authorization: Bearer TOKEN`. The first message on every socket is the hello; what
// comes before it, or no hello for two seconds, closes the socket. The answer is a welcome, and only then the rest.
//
// What is malformed is refused, logged once for its connection, and changes nothing.

import { z } from 'zod';
import { isTopicName, type MessageOf, TOPICS, type TopicName } from '../../drivers/episode/topics.ts';
import type { StopSource } from '../../drivers/gate/stop-latch.ts';
import { jogGripperSchema, jogSchema, paceViewSchema } from './operator-pace.ts';
import type { Contract } from './rpc.ts';

export const SOCKETS_VERSION = 1;

/** Where each socket listens, after the loopback address. */
export const SOCKET_PATHS = { stop: '/stop', control: '/control', state: '/state' } as const;
export type SocketName = keyof typeof SOCKET_PATHS;

/** Longest message that a window may send, bytes, on any of the three. */
export const MAX_MESSAGE_BYTES = 64 * 1024;
/** A socket that has not said hello for this long is closed, milliseconds. */
export const HELLO_MS = 2000;
/** The window beats on the control socket this often, milliseconds. */
export const WINDOW_BEAT_MS = 100;
/** The stop channel is challenged this often, milliseconds. */
export const CHALLENGE_MS = 250;
/** A holder of control that has been silent for this long can be taken over from, seconds. */
export const TAKE_OVER_AFTER_S = 1;

/** Why the robot host closed a socket; the close reason says it in words. */
export const CLOSE_CODES = {
  /** No hello in time, a wrong token, or another version of the messages. Connecting again the same way is useless. */
  refused: 4401,
  /** Too many malformed messages. */
  malformed: 4400,
  /** A newer connection of the same client has taken the place of this one. Must not be answered by reconnecting. */
  replaced: 4410,
  /** The client could not follow the state stream. Connect again, from what it has. */
  behind: 4408,
  /** The session is over; there is nothing to come back to. */
  over: 4404,
} as const;

const clientId = z.string().regex(/^[\w-]{8,64}$/, '8 to 64 letters, digits, - or _');

/**
 * The first message on a socket. `client` names the window: drawn by it at random, kept over a reload, the same on all
 * three sockets and towards the session process. `from` and `episode` are for the state socket: the first sequence number the client does not have, of that
 * episode. Without them, or when another episode runs, everything is sent.
 */
export const helloSchema = z.strictObject({
  kind: z.literal('hello'),
  version: z.literal(SOCKETS_VERSION),
  token: z.string().max(256),
  client: clientId,
  from: z.int().nonnegative().optional(),
  episode: z.string().max(64).optional(),
});
export type Hello = z.infer<typeof helloSchema>;

/** The answer to a good hello, as text, on every socket. */
export const welcomeSchema = z.object({
  kind: z.literal('welcome'),
  version: z.literal(SOCKETS_VERSION),
  episode: z.string(),
});

// ---- /stop: nothing else ever uses this socket, so that a stop waits behind nothing. JSON texts. ----

/** From the window. An echo is owed to every challenge; a stop may come at any time, from any client, lease or not. */
export const stopUpSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('echo'), nonce: z.string().max(64) }),
  z.strictObject({
    kind: z.literal('stop'),
    /** In words for the record, as "Ctrl+." or "the Stop button". */
    detail: z.string().max(200),
  }),
]);
export type StopUp = z.infer<typeof stopUpSchema>;

export const STOP_SOURCES = [
  'operator',
  'window',
  'session',
  'hardware-button',
  'robot',
  'limit',
  'watchdog',
  'process',
] as const satisfies readonly StopSource[];

/** To the window. */
export const stopDownSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('challenge'), nonce: z.string() }),
  /** The gate is closed since this instant: nothing passes it any more. `afterMs` counts from the arrival of the stop. */
  z.object({ kind: z.literal('closed'), afterMs: z.number() }),
  /**
   * A stop, whoever asked for it, has been carried out; all clients are told. `restConfirmed` false means "not
   * confirmed", never "moving".
   */
  z.object({
    kind: z.literal('stopped'),
    id: z.string(),
    source: z.enum(STOP_SOURCES),
    detail: z.string(),
    restConfirmed: z.boolean(),
  }),
  /** A message was not understood; nothing changed. */
  z.object({ kind: z.literal('refused'), why: z.string() }),
]);
export type StopDown = z.infer<typeof stopDownSchema>;

// ---- /control: requests, notices and events in the envelope of rpc.ts, each one JSON text. ----

/** Parts whose readiness a person sees before anything can start. */
export const READINESS_PARTS = [
  'robot',
  'recorder',
  'twin',
  'window',
  'session',
  'stop channel',
  'cameras',
  'hardware button',
  'lease',
] as const;

const readinessSchema = z.object({
  part: z.enum(READINESS_PARTS),
  state: z.enum(['ready', 'late', 'missing', 'not needed']),
  /** What is so, in words. */
  detail: z.string(),
  /** What a person can do about it; empty when there is nothing to do. */
  fix: z.string(),
});
export type Readiness = z.infer<typeof readinessSchema>;

const standingStopSchema = z.object({
  id: z.string(),
  source: z.enum(STOP_SOURCES),
  detail: z.string(),
  /** Seconds since the cell was opened. */
  atS: z.number(),
  /** Null until the robot has answered. */
  restConfirmed: z.boolean().nullable(),
});
export type StandingStop = z.infer<typeof standingStopSchema>;

/** The small status of a cell, always whole. */
export const cellStatusSchema = z.object({
  epoch: z.int(),
  /** The stops that stand, oldest first; nothing moves while there is one. */
  stops: z.array(standingStopSchema),
  /** The block that runs. `block` counts from 0; `sinceS` is robot time. */
  running: z
    .object({
      block: z.int().nonnegative(),
      name: z.string(),
      sinceS: z.number(),
      /** The call of the policy API that is under way, and its line where it has one; null between two calls. */
      call: z.object({ name: z.string(), line: z.int().positive().nullable() }).nullable().optional(),
    })
    .nullable(),
  /** How the operator holds the program back, and what it waits for. */
  pace: paceViewSchema,
  /** Who moves the arm now. */
  driver: z.enum(['program', 'operator', 'nobody']),
  /** Who holds control. */
  lease: z.object({ client: z.string(), name: z.string() }).nullable(),
  readiness: z.array(readinessSchema),
  /**
   * Of the stop channel: how long the last echo took there and back. Of window and session: age of the last beat. Null
   * when there is none.
   */
  delaysMs: z.object({
    stop: z.number().nullable(),
    window: z.number().nullable(),
    session: z.number().nullable(),
  }),
  /** Share of the robot's limits of the block that runs, or ran last. */
  speedScale: z.number(),
  robotTimeS: z.number(),
});
export type CellStatus = z.infer<typeof cellStatusSchema>;

const nothing = z.object({});

export const CONTROL_CONTRACT = {
  requests: {
    /**
     * Asks for control. Granted when nobody holds it, or to its holder again; `takeOver` only from a holder that has not
     * beaten for a second. The holder is known by the name `client` of its hello, to the session process as well.
     */
    takeLease: {
      params: z.strictObject({ name: z.string().min(1).max(80), takeOver: z.boolean().optional() }),
      result: z.discriminatedUnion('outcome', [
        z.object({ outcome: z.literal('granted') }),
        z.object({
          outcome: z.literal('held'),
          /** Who holds it. */
          by: z.string(),
          /** Age of the holder's last beat; null when it has never beaten. */
          beatAgeS: z.number().nullable(),
          canTakeOver: z.boolean(),
        }),
      ]),
    },
    /** Gives control back. While a block runs that is a stop. Without effect from anybody but the holder. */
    releaseLease: { params: z.strictObject({}), result: nothing },
    /** Clears the one stop it names. Holder only. Never moves anything; what was approved before the stop stays void. */
    reset: { params: z.strictObject({ stopId: z.string().max(64) }), result: nothing },
    /** Holds the program back before its next call. Holder only, as are the next ones. */
    pause: { params: z.strictObject({}), result: nothing },
    /** Lets a paused program go on, or takes back a pause that has not begun. */
    goOn: { params: z.strictObject({}), result: nothing },
    /** In step mode: lets the command that `status.pace.waiting` names happen. */
    step: { params: z.strictObject({ commandId: z.string().max(120) }), result: nothing },
    /**
     * Drives an arm by hand, while no program runs or the one that runs is paused. To be said every 80 ms while the key is
     * down; the arm comes to rest when it is not said for 250 ms. Within the envelope, and recorded as human.
     */
    jog: { params: jogSchema, result: nothing },
    jogGripper: { params: jogGripperSchema, result: nothing },
    /** Ends a paused program where it stands, without a stop: its block counts as failed, the next one may be offered. */
    endProgram: { params: z.strictObject({}), result: nothing },
  },
  notices: {
    /** Ten times a second. A hidden window is an absent operator: its beat does not count. */
    beat: z.strictObject({ visible: z.boolean() }),
    /** The switch of hold-to-run: every 80 ms while it is down, and once when it is let go, which is a stop. */
    hold: z.strictObject({ down: z.boolean() }),
  },
  events: {
    /** At once when something in it has changed, and twice a second. */
    status: cellStatusSchema,
  },
} as const satisfies Contract;

// ---- /state: the episode is the bus. Down only, after the hello. ----
//
// A binary message is a header line, one line feed, and the bytes of the message exactly as they stand in the file. After
// the welcome comes the backlog: every message since `from` that is never dropped, and the newest of each state topic (of
// pictures: of each camera). Then the text `caught-up`; then what happens, as it
// happens. All of it comes in the order of its sequence numbers. A client that cannot follow misses samples of a state,
// counted, and never anything else. `/robot/trace` stays in the file; no state topic comes more often than 60 times a
// second.

/** The first line of a binary message. */
export const frameHeaderSchema = z.object({
  topic: z.string(),
  /** Number among all messages of the episode that are forwarded, from 0; a gap is no loss of its own. */
  seq: z.int().nonnegative(),
  /** Number within its topic, as in the file. */
  sequence: z.int().nonnegative(),
  /** Log time, nanoseconds since 1970 (UTC), in decimal. */
  ns: z.string(),
  /** Robot time, seconds. */
  timeS: z.number(),
});
export type FrameHeader = z.infer<typeof frameHeaderSchema>;

export const stateTextSchema = z.discriminatedUnion('kind', [
  /** The backlog is over; the next message is live. `seq` is the number that comes next. */
  z.object({ kind: z.literal('caught-up'), seq: z.int().nonnegative() }),
  /** Samples that this client missed since the last such text, by topic. */
  z.object({ kind: z.literal('skipped'), samples: z.record(z.string(), z.int().positive()) }),
]);
export type StateText = z.infer<typeof stateTextSchema>;

/** One message off the state socket, as an episode's reader gives it. */
export type StateMessage<T extends TopicName = TopicName> = {
  [Name in T]: {
    readonly topic: Name;
    readonly seq: number;
    readonly sequence: number;
    readonly timeS: number;
    readonly logTimeNs: bigint;
    readonly message: MessageOf<Name>;
  };
}[T];

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const LINE_FEED = 10;

export function encodeFrame(header: FrameHeader, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const line = encoder.encode(`${JSON.stringify(header)}\n`);
  const frame = new Uint8Array(line.length + data.length);
  frame.set(line);
  frame.set(data, line.length);
  return frame;
}

/** The two parts of a binary message. @throws Error for bytes that are none */
export function splitFrame(frame: Uint8Array): { readonly header: FrameHeader; readonly data: Uint8Array } {
  const end = frame.indexOf(LINE_FEED);
  if (end < 0) throw new Error('a state message has no header line');
  const header = frameHeaderSchema.parse(JSON.parse(decoder.decode(frame.subarray(0, end))));
  return { header, data: frame.subarray(end + 1) };
}

/** A binary message, decoded; undefined for a topic that this version does not know. @throws Error for broken bytes */
export function decodeFrame(frame: Uint8Array): StateMessage | undefined {
  const { header, data } = splitFrame(frame);
  const { topic, seq, sequence, ns, timeS } = header;
  if (!isTopicName(topic)) return undefined;
  const message = TOPICS[topic].decode(data);
  return { topic, seq, sequence, timeS, logTimeNs: BigInt(ns), message } as StateMessage;
}
