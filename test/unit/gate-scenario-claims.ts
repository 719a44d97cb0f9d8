// Owns the claims of the gate's random scenarios: true ones, but for what the scenario wishes otherwise. Must never look
// at the gate.

import type { FakeRobot } from '../../drivers/fake/fake-robot.ts';
import type { ApprovalClaims } from '../../drivers/gate/approval.ts';
import { SCENARIO_ENVELOPE, SCENARIO_LOOP, WIDE_LOOP } from './gate-scenario-plans.ts';
import type { ClaimsNow, OfferWishes } from './gate-scenario-steps.ts';

/** @param count makes the source of each offer its own */
export function wishedClaims(wishes: OfferWishes, robot: FakeRobot, epoch: number, count: number): ApprovalClaims {
  const { identity } = robot;
  const { grants, speedScale, stepMode, startJoints } = wishes;
  const offRad = startJoints === 'elsewhere' ? 0.03 : 0;
  const start = robot.jointsRad().map((rad, joint) => (joint === 2 ? rad + offRad : rad));
  return {
    source: `await gotoPose(${count})`,
    sessionSnapshotHash: 'none',
    apiVersion: '1',
    tier: 'S1',
    skillVersions: {},
    robotId: identity.id,
    robotKind: identity.kind,
    envelope: SCENARIO_ENVELOPE,
    speedScale,
    stepMode,
    epoch,
    previewId: 'preview-1',
    startJointsRad: startJoints === 'none' ? null : [start],
    grants,
    closedLoop: { granted: SCENARIO_LOOP, wide: WIDE_LOOP, none: null }[wishes.closedLoop],
  };
}

/** What would run now, against what was offered. */
export function changedClaims(claims: ApprovalClaims, change: ClaimsNow): ApprovalClaims {
  switch (change) {
    case 'same':
      return claims;
    case 'edited':
      return { ...claims, source: `${claims.source};` };
    case 'more-grants':
      return { ...claims, grants: [...claims.grants, 'jointSpeedShare'] };
    case 'longer-loop':
      return { ...claims, closedLoop: { ...SCENARIO_LOOP, seconds: SCENARIO_LOOP.seconds + 1 } };
  }
}
