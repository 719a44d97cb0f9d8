// Owns the words for how an operator holds an approved program back, and drives the arm by hand meanwhile: shared by the
// windows' socket, the robot host's two threads and the session. Browser-safe. Must never hold anything that approves.

import { z } from 'zod';
import type { Frozen } from './rpc.ts';

/** How a block is let go on. All of it only holds back what was approved. */
export const runPaceSchema = z.object({
  /** 'step': each motion waits for the operator. 'hold': it moves only while the operator's hand is on the switch. */
  mode: z.enum(['run', 'step', 'hold']),
  /** Lines before which the program pauses, once each: the preview did not know what comes there. */
  pauseAtLines: z.array(z.int().positive()).max(10_000),
});
export type RunPace = Frozen<z.infer<typeof runPaceSchema>>;

export const STRAIGHT_ON: RunPace = { mode: 'run', pauseAtLines: [] };

export const paceViewSchema = z.object({
  mode: z.enum(['run', 'step', 'hold']),
  /** A pause was asked for and begins before the next call. */
  pausing: z.boolean(),
  /** What the program waits for; null while it goes on. */
  waiting: z
    .object({
      kind: z.enum(['pause', 'step', 'hold']),
      /** In words: what would happen, or why it waits. */
      what: z.string(),
      /** Of a step: to be named by who lets it happen. */
      commandId: z.string().nullable(),
      call: z.string().nullable(),
      line: z.int().positive().nullable(),
    })
    .nullable(),
});
export type PaceView = Frozen<z.infer<typeof paceViewSchema>>;

/** Fastest that a hand at a key may drive the fingertip: the collaborative speed of ISO 10218-1, and half a radian per second. */
export const JOG_LIMITS = { linearMPerS: 0.25, angularRadPerS: 0.5 } as const;
/** The switch of hold-to-run, and a jog, are good for this long without a new word, seconds. */
export const HAND_S = 0.25;
/** A window says them this often while the key is down, milliseconds. */
export const HAND_BEAT_MS = 80;

const component = z.number().min(-1).max(1);

/** One word of an operator who drives: where to, in the base frame of arm 0, as shares of JOG_LIMITS. */
export const jogSchema = z.strictObject({
  arm: z.enum(['left', 'right']),
  linear: z.tuple([component, component, component]),
  /** About the axes of the base frame, through the fingertip. */
  angular: z.tuple([component, component, component]),
});
export type Jog = Frozen<z.infer<typeof jogSchema>>;

export const jogGripperSchema = z.strictObject({
  arm: z.enum(['left', 'right']),
  widthM: z.number().min(0).max(0.08),
});
export type JogGripper = Frozen<z.infer<typeof jogGripperSchema>>;
