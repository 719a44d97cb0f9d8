// Owns the list of things a gate reports, in words that a recorder can keep as they are. Must never carry anything but
// plain data: events are written to the episode.

import type { GripperCommand, GripperResult, MotionResult, ServoCommand, ServoReport, StopReport } from '../robot.ts';
import type { Actor } from './actor.ts';
import type { Offer } from './approval.ts';
import type { BeatAge } from './beats.ts';
import type { SoftExcess } from './envelope.ts';
import type { PlanFigures } from './plan-check.ts';
import type { RefusalCode, RefusalSeverity, RefusalStage } from './refusal.ts';
import type { LatchedStop } from './stop-latch.ts';

/** A command as it was sent, without the samples: the recorder has them from the plan. */
export type CommandFacts =
  | { readonly kind: 'motion'; readonly planId: string; readonly figures: PlanFigures }
  /** `feltForceN` at the tool before it was sent; null where the robot does not know: then no force is enforced. */
  | { readonly kind: 'servo'; readonly command: ServoCommand; readonly feltForceN: number | null }
  | { readonly kind: 'gripper'; readonly command: GripperCommand }
  | { readonly kind: 'wait'; readonly seconds: number };

export type CommandOutcome =
  | { readonly kind: 'motion'; readonly result: MotionResult }
  | { readonly kind: 'servo'; readonly report: ServoReport; readonly feltForceN: number | null }
  | { readonly kind: 'gripper'; readonly result: GripperResult }
  | { readonly kind: 'wait' }
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

export interface RefusalFacts {
  readonly code: RefusalCode;
  readonly message: string;
  readonly hint: string;
  readonly stage: RefusalStage;
  readonly severity: RefusalSeverity;
}

/** What one block has used so far. */
export interface BlockUsage {
  /** Commands that were sent. */
  readonly calls: number;
  /** Robot time of finished commands and planned time of those under way, seconds. */
  readonly robotTimeS: number;
}

type Happening =
  | { readonly kind: 'offered'; readonly offer: Offer }
  | { readonly kind: 'approved'; readonly offerId: string; readonly digest: string; readonly by: Actor }
  | { readonly kind: 'rejected'; readonly offerId: string; readonly by: Actor; readonly comment: string }
  /** `beats` is the record of the operator's stop gate: how old each required beat was at the start. */
  | { readonly kind: 'begun'; readonly offerId: string; readonly beats: readonly BeatAge[] }
  /** Checked and found good, and now waiting for the operator's step. Only in step mode. */
  | { readonly kind: 'command-checked'; readonly commandId: string; readonly command: CommandFacts }
  | {
      readonly kind: 'command-sent';
      readonly commandId: string;
      readonly command: CommandFacts;
      readonly softExcesses: readonly SoftExcess[];
    }
  /** What the robot answered. Comes exactly once for each 'command-sent', even when a stop came between. */
  | { readonly kind: 'command-finished'; readonly commandId: string; readonly outcome: CommandOutcome }
  | { readonly kind: 'refused'; readonly what: string; readonly refusal: RefusalFacts }
  | { readonly kind: 'stopped'; readonly stop: LatchedStop }
  | { readonly kind: 'stop-reported'; readonly stopId: string; readonly report: StopReport; readonly failure?: string }
  | { readonly kind: 'reset'; readonly stop: LatchedStop; readonly by: Actor }
  | { readonly kind: 'epoch-bumped'; readonly why: string }
  | { readonly kind: 'ended'; readonly offerId: string; readonly usage: BlockUsage };

/** Something that happened at the gate: when (gate clock, seconds) and in which epoch it left the gate. */
export type GateEvent = { readonly atS: number; readonly epoch: number } & Happening;

export type GateHappening = Happening;
