// Owns the bounded permit for closed-loop motion: what an approval grants where no path can be shown beforehand, and how
// much of its time has been used. Must never be widened by a program, and never counts less time than an arm could move.

import { PANDA_TOOL_LIMITS } from '../../sim/robots/panda/limits.ts';
import type { Vec3 } from '../../sim/spatial.ts';
import type { ArmSide } from '../robot.ts';
import type { Envelope } from './envelope.ts';
import { GateRefusal, inWords, NOTHING_SENT } from './refusal.ts';

/**
 * When the whole grant is over before its time. 'contact': with the first force above `forceN`. 'object-lost': when the
 * hand loses what it held. 'none': a bound that is passed ends the motion, not the grant.
 */
export type StopCondition = 'none' | 'contact' | 'object-lost';
export const STOP_CONDITIONS: readonly StopCondition[] = ['none', 'contact', 'object-lost'];

/** What closed-loop motion may do in one block, beside everything that the envelope forbids. */
export interface ClosedLoopGrant {
  /** Where the tool point may be: a box in the base frame of arm 0, metres. */
  readonly volume: { readonly min: Vec3; readonly max: Vec3 };
  readonly toolSpeedMPerS: number;
  /** Force between the arm and what it touches, as felt at the tool, newtons. */
  readonly forceN: number;
  /** Robot time under a lease, of all arms together, seconds. */
  readonly seconds: number;
  readonly stopCondition: StopCondition;
}

/** Sums of robot times are off by less than this, seconds. */
const ROUNDING_S = 1e-9;
/** No grant lifts this, newtons: what a hand bears when it is clamped (ISO/TS 15066, annex A, quasi-static contact). */
export const MOST_FORCE_N = 140;
/** What a trial may press with unless its task says less, newtons: a firm wipe, far below what bends a gripper. */
export const TRIAL_FORCE_N = 100;

/** The widest grant that makes sense in a simulated cell: all of its room, at the soft limits of speed and time. */
export function wholeRoomGrant(envelope: Envelope): ClosedLoopGrant {
  const { workspace, toolSpeedMPerS, maxRobotTimeS } = envelope;
  const corner = (pick: (...values: number[]) => number, of: 'min' | 'max'): Vec3 => [
    pick(...workspace.map((box) => box[of][0])),
    pick(...workspace.map((box) => box[of][1])),
    pick(...workspace.map((box) => box[of][2])),
  ];
  return {
    volume: { min: corner(Math.min, 'min'), max: corner(Math.max, 'max') },
    toolSpeedMPerS: toolSpeedMPerS.soft ?? toolSpeedMPerS.hard,
    forceN: TRIAL_FORCE_N,
    seconds: maxRobotTimeS.soft ?? maxRobotTimeS.hard,
    stopCondition: 'none',
  };
}

/** What makes a grant one that cannot be enforced or that no approval can give; null when nothing does. */
export function untrueGrant(grant: ClosedLoopGrant | null, envelope: Envelope): string | null {
  if (grant === null) return null;
  const { volume, toolSpeedMPerS, forceN, seconds, stopCondition } = grant;
  for (let axis = 0; axis < 3; axis++) {
    const extent = volume.max[axis] - volume.min[axis];
    if (!(extent > 0 && Number.isFinite(extent))) return 'the volume of its closed-loop motion is empty or not finite';
  }
  const mostSpeed = Math.min(envelope.toolSpeedMPerS.hard, PANDA_TOOL_LIMITS.speedMPerS);
  const bounded = (what: string, value: number, most: number) =>
    value > 0 && value <= most
      ? null
      : `${what} of its closed-loop motion is ${inWords(value)}, not in (0, ${inWords(most)}]`;
  return (
    bounded('the tool speed in m/s', toolSpeedMPerS, mostSpeed) ??
    bounded('the force in newtons', forceN, MOST_FORCE_N) ??
    bounded('the time in seconds', seconds, envelope.maxRobotTimeS.hard) ??
    (STOP_CONDITIONS.includes(stopCondition) ? null : `there is no stop condition "${stopCondition}"`)
  );
}

/** The leases of one block: how long closed-loop motion has gone on, and whether the grant is over. */
export interface ClosedLoopBook {
  /** @throws GateRefusal CLOSED_LOOP_NOT_GRANTED or CLOSED_LOOP_OVER */
  assertGranted(): ClosedLoopGrant;
  /**
   * @param nowS robot time, seconds
   * @throws GateRefusal CLOSED_LOOP_TIME when a lease from now on could outlast the granted seconds
   */
  assertTime(arm: ArmSide, nowS: number, leaseS: number): void;
  /** Counts a lease that was sent. */
  begin(arm: ArmSide, nowS: number, leaseS: number): void;
  /** All leases are over, at this robot time. */
  endAll(nowS: number): void;
  /** True when an arm could still move under a lease at this robot time, as far as the gate knows. */
  mayMove(arm: ArmSide, nowS: number): boolean;
  /** Ends the grant for good, for a reason that completes "The closed-loop motion of this block is over: ...". */
  end(why: string): void;
}

export function createClosedLoopBook(grant: ClosedLoopGrant | null): ClosedLoopBook {
  const leases = new Map<ArmSide, { readonly fromS: number; readonly untilS: number }>();
  let spentS = 0;
  let over: string | undefined;

  /** Time under leases up to now, as if the one of `renewed` ended now. */
  const usedS = (nowS: number, renewed: ArmSide | undefined) => {
    let sum = spentS;
    for (const [arm, { fromS, untilS }] of leases) {
      // Another arm's lease goes on: all of it counts.
      sum += Math.max(0, (renewed === undefined || arm === renewed ? Math.min(untilS, nowS) : untilS) - fromS);
    }
    return sum;
  };

  return {
    assertGranted() {
      if (grant === null) {
        throw new GateRefusal(
          'CLOSED_LOOP_NOT_GRANTED',
          `The approval of this block grants no closed-loop motion. ${NOTHING_SENT}`,
          'Use planned motions, or ask the operator for a bounded permit: volume, speed, force and time.',
        );
      }
      if (over !== undefined) {
        throw new GateRefusal(
          'CLOSED_LOOP_OVER',
          `The closed-loop motion of this block is over: ${over}. ${NOTHING_SENT}`,
          'Go on with planned motions, or offer a new block.',
        );
      }
      return grant;
    },
    assertTime(arm, nowS, leaseS) {
      const neededS = usedS(nowS, arm) + leaseS;
      const seconds = grant?.seconds ?? 0;
      if (neededS <= seconds + ROUNDING_S) return;
      throw new GateRefusal(
        'CLOSED_LOOP_TIME',
        `With this lease of ${inWords(leaseS)} s closed-loop motion could go on for ${inWords(neededS)} s; granted are ` +
          `${inWords(seconds)} s. ${NOTHING_SENT}`,
        'Ask for a shorter lease, finish with planned motions, or ask the operator for more time.',
      );
    },
    begin(arm, nowS, leaseS) {
      const before = leases.get(arm);
      if (before !== undefined) spentS += Math.max(0, Math.min(before.untilS, nowS) - before.fromS);
      leases.set(arm, { fromS: nowS, untilS: nowS + leaseS });
    },
    endAll(nowS) {
      spentS = usedS(nowS, undefined);
      leases.clear();
    },
    mayMove: (arm, nowS) => nowS < (leases.get(arm)?.untilS ?? Number.NEGATIVE_INFINITY),
    end(why) {
      over ??= why;
    },
  };
}
