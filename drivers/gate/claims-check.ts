// Owns the comparison of an offer's claims with the facts: which robot, which envelope, where the arms are. Must never
// correct a claim: what is not true is refused.

import type { RobotIdentity, RobotState } from '../robot.ts';
import type { ApprovalClaims } from './approval.ts';
import { canonicalJson } from './canonical-json.ts';
import { untrueGrant } from './closed-loop.ts';
import { type Envelope, LIMIT_NAMES } from './envelope.ts';
import { START_TOLERANCE_RAD } from './plan-check.ts';
import { GateRefusal, inWords, NOTHING_SENT } from './refusal.ts';

export interface ClaimsCheck {
  /** @throws GateRefusal APPROVAL_REFUSED when a claim is not true of this robot and this envelope */
  assertTrue(claims: ApprovalClaims): void;
}

/** @param canStep whether somebody is there to let single motions happen */
export function createClaimsCheck(identity: RobotIdentity, envelope: Envelope, canStep: boolean): ClaimsCheck {
  const envelopeText = canonicalJson(envelope);
  const findUntrue = (claims: ApprovalClaims): string | null => {
    const { robotId, robotKind, speedScale, stepMode, startJointsRad, grants } = claims;
    if (robotId !== identity.id || robotKind !== identity.kind) {
      return `it is made for ${robotId} (${robotKind}), but the robot is ${identity.id} (${identity.kind})`;
    }
    if (canonicalJson(claims.envelope) !== envelopeText) return 'its envelope is not the one in force';
    if (!(speedScale > 0 && speedScale <= 1)) return `its speed scale is ${inWords(speedScale)}, not in (0, 1]`;
    if (stepMode !== 'none' && stepMode !== 'each-motion') return `there is no step mode "${stepMode}"`;
    if (stepMode === 'each-motion' && !canStep) return 'nobody is there to let each motion happen';
    const unknown = grants.find((name) => !LIMIT_NAMES.includes(name) || envelope[name].soft === undefined);
    if (unknown !== undefined) return `there is no soft limit "${unknown}" to grant`;
    const badGrant = untrueGrant(claims.closedLoop, envelope);
    if (badGrant !== null) return badGrant;
    if (startJointsRad === null) return identity.kind === 'real' ? 'it names no previewed start for a real arm' : null;
    const complete = startJointsRad.length === identity.arms && startJointsRad.every((joints) => joints.length === 7);
    return complete ? null : 'its previewed start does not name seven joints of every arm';
  };
  return {
    assertTrue(claims) {
      const what = findUntrue(claims);
      if (what === null) return;
      throw new GateRefusal(
        'APPROVAL_REFUSED',
        `This cannot be offered: ${what}. ${NOTHING_SENT}`,
        'Offer what is true.',
      );
    },
  };
}

/** @throws GateRefusal START_MOVED when a joint is more than 0.02 rad from where the preview began */
export function assertStart(claims: ApprovalClaims, measured: RobotState): void {
  const { startJointsRad } = claims;
  startJointsRad?.forEach((joints, index) => {
    const arm = measured.arms[index]?.jointPositionsRad ?? [];
    joints.forEach((previewedRad, joint) => {
      const offsetRad = Math.abs(arm[joint] - previewedRad);
      if (offsetRad <= START_TOLERANCE_RAD) return;
      throw new GateRefusal(
        'START_MOVED',
        `Joint ${joint + 1} of the ${index === 0 ? 'left' : 'right'} arm is ${inWords(offsetRad)} rad from where the ` +
          `preview began (limit ${START_TOLERANCE_RAD} rad). The approval is void. ${NOTHING_SENT}`,
        'Preview and approve the block again from where the arm is now.',
      );
    });
  });
}

/** @throws GateRefusal NOT_STARTED unless the robot is at rest and ready */
export function assertIdle({ mode }: RobotState): void {
  if (mode === 'idle') return;
  throw new GateRefusal(
    'NOT_STARTED',
    `The block did not start: the robot is not idle but in the mode "${mode}". ${NOTHING_SENT}`,
    'Bring the robot to rest and clear its faults, then start the block again.',
  );
}
