// Owns the plans of the gate's random scenarios: three places along a turn of the first joint, an envelope whose
// workspace ends just before the last of them, and every way a plan can be wrong. Must never ask the gate for anything.

import { planFakeMotion } from '../../drivers/fake/fake-plan.ts';
import type { FakeRobot } from '../../drivers/fake/fake-robot.ts';
import { BODY_POINTS } from '../../drivers/gate/body-points.ts';
import type { ClosedLoopGrant } from '../../drivers/gate/closed-loop.ts';
import { type Envelope, PANDA_SIMULATED_ENVELOPE } from '../../drivers/gate/envelope.ts';
import type { Plan, PlanRequest } from '../../drivers/robot.ts';
import {
  createLinkFrames,
  forwardKinematics,
  frameOrigin,
  READY_POSE_RAD,
  TOOL_FRAME,
} from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
import { inBase, opinionOn } from './gate-oracle.ts';

/** Angles of the first joint, radians. A plan that begins at the edge passes as one that begins near it. */
const HOME_RAD = 0;
const NEAR_RAD = 0.065;
const EDGE_RAD = 0.08;

/** How far the arm reaches beyond the workspace in the edge place, metres: less than the last step of a plan to it. */
const BEYOND_M = 2e-7;

/** How far a closed loop may turn, radians: the volume of its permit ends here. */
const LOOP_RAD = 0.04;

/** Targets of a closed loop, radians of the first joint: inside the permit, beyond it, beyond the workspace, nowhere. */
export const AIMS = { inside: 0.02, 'past-the-volume': 0.06, 'past-the-edge': 0.09, nowhere: Number.NaN } as const;
export type Aim = keyof typeof AIMS;

/** Joints to make for, radians. */
export function aimRad(aim: Aim): readonly number[] {
  return READY_POSE_RAD.map((rad, joint) => (joint === 0 ? AIMS[aim] : rad));
}

export const PLAN_KINDS = [
  'quick',
  'slow',
  'to-the-edge',
  'from-the-edge',
  'too-fast',
  'not-a-number',
  'cut-off',
  'too-short',
  'from-elsewhere',
] as const;
export type PlanKind = (typeof PLAN_KINDS)[number];

function request(fromRad: readonly number[], toTurnRad: number, speedScale: number): PlanRequest {
  const to = fromRad.map((rad, joint) => (joint === 0 ? toTurnRad : rad));
  const points = Float64Array.from([...fromRad, ...to]);
  return { paths: [{ arm: 'left', kind: 'stops', points }], speedScale, toolSpeedMPerS: 1.7 };
}

/** A plan of this kind from where the robot is. The wrong ones are made by hand: no robot would plan them. */
export async function makePlan(kind: PlanKind, robot: FakeRobot): Promise<Plan> {
  const atRad = robot.jointsRad();
  const there = atRad[0] > NEAR_RAD / 2 ? HOME_RAD : NEAR_RAD;
  switch (kind) {
    case 'quick':
      return robot.plan(request(atRad, there, 1));
    case 'slow':
      return robot.plan(request(atRad, there, 0.2));
    case 'to-the-edge':
      return robot.plan(request(atRad, EDGE_RAD, 1));
    default:
      return spoiled(kind, atRad, there);
  }
}

function spoiled(kind: PlanKind, atRad: readonly number[], there: number): Plan {
  const good = planFakeMotion(`spoiled-${kind}`, request(atRad, there, 0.5));
  const withRad = (rad: Float64Array, sampleCount = good.sampleCount): Plan => ({
    ...good,
    sampleCount,
    durationS: (sampleCount - 1) * good.periodS,
    arms: [{ arm: 'left', jointPositionsRad: rad }],
  });
  const rad = good.arms[0].jointPositionsRad;
  switch (kind) {
    case 'from-the-edge':
      return planFakeMotion('from-the-edge', request(atEdge(atRad), HOME_RAD, 1));
    case 'too-fast':
      return { ...good, periodS: good.periodS / 6, durationS: good.durationS / 6 };
    case 'not-a-number':
      return withRad(rad.map((value, i) => (i === Math.floor(rad.length / 2) ? Number.NaN : value)));
    case 'cut-off': {
      const half = Math.ceil(good.sampleCount / 2);
      return withRad(rad.slice(0, half * JOINT_COUNT), half);
    }
    case 'too-short':
      return withRad(rad.slice(0, rad.length - JOINT_COUNT));
    default:
      return withRad(rad.map((value, i) => (i % JOINT_COUNT === 3 ? value + 0.05 : value)));
  }
}

function atEdge(atRad: readonly number[]): readonly number[] {
  return atRad.map((rad, joint) => (joint === 0 ? EDGE_RAD : rad));
}

function farthestY(jointsRad: readonly number[]): number {
  const frames = createLinkFrames();
  forwardKinematics(jointsRad, frames);
  return Math.max(...BODY_POINTS.map(({ frame, centre, radiusM }) => inBase(frames, frame, centre)[1] + radiusM));
}

/** What the scenarios' approvals grant to closed loops. */
export const SCENARIO_LOOP: ClosedLoopGrant = {
  volume: { min: [-0.5, -0.75, -0.112], max: [0.9, toolY(LOOP_RAD), 1.2] },
  toolSpeedMPerS: 0.4,
  forceN: 30,
  seconds: 0.32,
  stopCondition: 'none',
};

/** A permit whose volume reaches beyond the workspace: only the workspace bounds it. */
export const WIDE_LOOP: ClosedLoopGrant = {
  ...SCENARIO_LOOP,
  volume: { min: [-0.5, -0.75, -0.112], max: [0.9, 0.75, 1.2] },
};

function toolY(turnRad: number): number {
  const frames = createLinkFrames();
  forwardKinematics(
    READY_POSE_RAD.map((rad, joint) => (joint === 0 ? turnRad : rad)),
    frames,
  );
  return frameOrigin(frames, TOOL_FRAME)[1];
}

function topSpeed(speedScale: number): number {
  const plan = planFakeMotion('measure', request(READY_POSE_RAD, NEAR_RAD, speedScale));
  return opinionOn(plan, READY_POSE_RAD, PANDA_SIMULATED_ENVELOPE, 1).topToolSpeedMPerS;
}

/** Quick plans ask for speed, slow ones do not; the third call and more than a second of robot time ask too. */
export const SCENARIO_ENVELOPE: Envelope = {
  ...PANDA_SIMULATED_ENVELOPE,
  workspace: [
    { name: 'room', min: [-0.5, -0.75, -0.112], max: [0.9, farthestY(atEdge(READY_POSE_RAD)) - BEYOND_M, 1.2] },
  ],
  toolSpeedMPerS: { hard: 1.7, soft: (topSpeed(1) + topSpeed(0.2)) / 2 },
  gripForceN: { hard: 70, soft: 40 },
  maxCalls: { hard: 3, soft: 2 },
  maxRobotTimeS: { hard: 2, soft: 1 },
};
