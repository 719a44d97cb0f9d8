// Owns the verdict on one measured number: within the limit, over the soft one, or over the hard one. Keeps the worst
// soft excess of each limit, and decides at the end whether an approval's grants cover them. Must never let a number
// pass that does not compare, such as NaN.

import type { LimitName, SoftExcess, TwoStepLimit } from './envelope.ts';
import { GateRefusal, inWords, NOTHING_SENT, type RefusalCode } from './refusal.ts';

/** A number that passed the stricter bound of its limit, or may have: the ledger looks again. */
export interface Finding {
  readonly limit: LimitName;
  readonly value: number;
  readonly bounds: TwoStepLimit;
  /** What the number is, to follow it in a sentence, as "m/s at the tool point". */
  readonly unit: string;
  /** Where, in words. Asked for only when it is needed. */
  readonly where: () => string;
}

export interface LimitLedger {
  /** @throws GateRefusal with the limit's code when the value is past the hard limit */
  judge(finding: Finding): void;
  /** The worst excess of each soft limit so far. */
  softExcesses(): readonly SoftExcess[];
}

const CODE_OF_LIMIT = {
  jointMarginRad: 'JOINT_MARGIN',
  jointSpeedShare: 'JOINT_SPEED',
  jointAccelerationShare: 'JOINT_ACCELERATION',
  jointJerkShare: 'JOINT_JERK',
  toolSpeedMPerS: 'TOOL_SPEED',
  gripForceN: 'GRIP_FORCE',
  maxCalls: 'CALL_CAP',
  maxRobotTimeS: 'TIME_CAP',
} as const satisfies Record<LimitName, RefusalCode>;

const REMEDY_OF_LIMIT = {
  jointMarginRad: 'Choose a target, or another way to it, that keeps this joint away from the end of its range.',
  jointSpeedShare: 'Move more slowly: ask for a smaller speedScale.',
  jointAccelerationShare: 'Move more slowly: ask for a smaller speedScale.',
  jointJerkShare: 'Move more slowly: ask for a smaller speedScale.',
  toolSpeedMPerS: 'Move more slowly: ask for a smaller speedScale.',
  gripForceN: 'Ask for less force.',
  maxCalls: 'Do it in fewer commands, or split the program into several blocks.',
  maxRobotTimeS: 'Do it in less time, or split the program into several blocks.',
} as const satisfies Record<LimitName, string>;

/** A limit may not be passed by going over it, but for the joint margin, which may not be undercut. */
export function isWithin(limit: LimitName, value: number, bound: number): boolean {
  return limit === 'jointMarginRad' ? value >= bound : value <= bound;
}

export function createLimitLedger(): LimitLedger {
  const worst = new Map<LimitName, SoftExcess>();
  return {
    judge({ limit, value, bounds, unit, where }) {
      if (!isWithin(limit, value, bounds.hard)) {
        throw new GateRefusal(
          CODE_OF_LIMIT[limit],
          `${where()}: ${inWords(value)} ${unit}, limit ${inWords(bounds.hard)}. ${NOTHING_SENT}`,
          `${REMEDY_OF_LIMIT[limit]} No grant can lift this limit.`,
        );
      }
      const { soft } = bounds;
      if (soft === undefined || isWithin(limit, value, soft)) return;
      const before = worst.get(limit);
      if (before === undefined || !isWithin(limit, value, before.value)) {
        worst.set(limit, { limit, value, soft, where: where() });
      }
    },
    softExcesses: () => [...worst.values()],
  };
}

/**
 * Refuses the first excess that the approval does not name.
 * @throws GateRefusal of severity 'soft'
 */
export function assertGranted(excesses: readonly SoftExcess[], grants: readonly LimitName[]): void {
  const refused = excesses.find((excess) => !grants.includes(excess.limit));
  if (refused === undefined) return;
  throw new GateRefusal(
    CODE_OF_LIMIT[refused.limit],
    `${refused.where}: ${refused.limit} is ${inWords(refused.value)}, soft limit ${inWords(refused.soft)}. ` +
      `${NOTHING_SENT}`,
    `${REMEDY_OF_LIMIT[refused.limit]} Or ask the operator to approve the block with a grant of ${refused.limit}.`,
    { severity: 'soft' },
  );
}
