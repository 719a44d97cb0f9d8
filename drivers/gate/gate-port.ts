// Owns what a gate is to the rest of the product: what it is made from, what can be asked of it, what it shows. Types
// only.

import type { JointLimits } from '../../sim/robots/panda/limits.ts';
import type { Robot, StopReport } from '../robot.ts';
import type { Actor } from './actor.ts';
import type { ApprovalClaims, Offer } from './approval.ts';
import type { BeatAge, BeatRule, BeatSource } from './beats.ts';
import type { AwaitStep, BlockPermit } from './block-permit.ts';
import type { Envelope, SoftExcess } from './envelope.ts';
import type { BlockUsage, GateEvent } from './events.ts';
import type { LatchedStop, StopCause, StopWord } from './stop-latch.ts';

export interface GateOptions {
  readonly robot: Robot;
  /** Copied and frozen; hashed into every approval. */
  readonly envelope: Envelope;
  /** A clock that never runs backwards, seconds. It times beats and events; limits count robot time. */
  readonly nowS: () => number;
  /** SHA-256 of a text in UTF-8, as lower-case hexadecimal. */
  readonly sha256Hex: (text: string) => string;
  /** Who must beat. May be empty for simulated robots only. */
  readonly requiredBeats: readonly BeatRule[];
  /** 'refuse' (the default), or 'collect' for previews, on simulated robots only: soft excesses become facts. */
  readonly softLimits?: 'refuse' | 'collect';
  /** Beats that arrive outside of the gate's thread, beside those told by `beat`: the last of each source, gate clock. */
  readonly heardS?: (source: BeatSource) => number | undefined;
  /** Shuts the gate from outside of its thread, at once; the stop that latches follows. */
  readonly stopWord?: StopWord;
  /** Asks the operator for one step; without it no block can be offered in step mode. */
  readonly awaitStep?: AwaitStep;
  /** Told of everything, in order. One that throws while a block runs stops the robot: nothing moves unrecorded. */
  readonly onEvent?: (event: GateEvent) => void;
  /** Published limits of the joints; those of the Panda unless the robot is another model. */
  readonly jointLimits?: JointLimits;
}

/** What a stop did, and the name that its reset must give. */
export interface StopOutcome extends StopReport {
  readonly id: string;
}

export interface GateState {
  readonly epoch: number;
  /** Latched stops, oldest first; nothing moves while there is one. */
  readonly stops: readonly LatchedStop[];
  readonly running: { readonly offerId: string; readonly usage: BlockUsage } | null;
  readonly beats: readonly BeatAge[];
}

/** A soft limit that a previewed command passed. */
export interface CollectedExcess extends SoftExcess {
  readonly commandId: string;
}

export interface Gate {
  /** The envelope in force, frozen. */
  readonly envelope: Envelope;
  /**
   * Lays a block before whoever approves. Moves nothing, and may be done while a stop is latched.
   * @throws GateRefusal APPROVAL_REFUSED when the claims are not true of this gate, STALE_EPOCH
   */
  offer(claims: ApprovalClaims): Offer;
  /**
   * Approves exactly the digest that was shown.
   * @throws GateRefusal STOP_LATCHED, NO_APPROVAL, APPROVAL_REFUSED, APPROVAL_USED, APPROVAL_VOID or STALE_EPOCH
   */
  approve(offerId: string, digest: string, by: Actor): void;
  /** Closes an offer for good; the comment is for its author. */
  reject(offerId: string, by: Actor, comment: string): void;
  /**
   * Starts an approved block, once. Measures the robot, and looks at everything again afterwards.
   * @param claimsNow what would run now, gathered anew; any difference from the approved claims voids the approval
   * @throws GateRefusal STOP_LATCHED, BUSY, NO_BEAT, NOT_STARTED, START_MOVED or the codes of `approve`
   */
  begin(offerId: string, claimsNow: ApprovalClaims): Promise<BlockPermit>;
  /** Stops. Before it returns, the latch is set and the robot has been told. Never throws, never rejects. */
  stop(cause: StopCause): Promise<StopOutcome>;
  /**
   * Clears the one stop it names. Moves nothing and revives nothing; with the last stop the robot's own latch goes too.
   * @throws GateRefusal STOP_UNKNOWN, STOP_UNDER_WAY, RESET_REFUSED or RESET_FAILED
   */
  reset(stopId: string, by: Actor): Promise<void>;
  /** Notes a sign of life. */
  beat(source: BeatSource): void;
  /** To be called on a timer, every 50 ms or more often: looks for beats that have gone silent. */
  tick(): void;
  /** The robot's own epoch has changed, say by a reconnection. Voids all that was approved; stops a running block. */
  bumpEpoch(why: string): void;
  state(): GateState;
  /** Soft limits that were passed so far; only ever filled with `softLimits: 'collect'`. */
  collected(): readonly CollectedExcess[];
}
