// Owns the envelope: the volumes and limits that a block must stay inside, as plain data that can be shown, stored and
// hashed. Must never be changed by a program except by adding keep-outs, and must never hold a number that cannot be
// compared: a NaN limit would let everything pass, so it is refused here.

import { FRANKA_HAND_LIMITS, PANDA_TOOL_LIMITS } from '../../sim/robots/panda/limits.ts';
import type { Pose } from '../../sim/spatial.ts';
import { IDENTITY_POSE } from '../../sim/spatial.ts';
import type { ArmSide, Box } from '../robot.ts';
import { GateRefusal, inWords } from './refusal.ts';

/**
 * A limit in two steps. Nothing passes `hard`. What lies between `soft` and `hard` passes only when the approval names
 * this limit in its grants. Without `soft` there is nothing to ask about. For `jointMarginRad` larger is stricter, for
 * all others smaller.
 */
export interface TwoStepLimit {
  readonly hard: number;
  readonly soft?: number;
}

/** The limits that exist in two steps; the names that grants use. */
export const LIMIT_NAMES = [
  'jointMarginRad',
  'jointSpeedShare',
  'jointAccelerationShare',
  'jointJerkShare',
  'toolSpeedMPerS',
  'gripForceN',
  'maxCalls',
  'maxRobotTimeS',
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

export interface ArmPlacement {
  readonly arm: ArmSide;
  /** Pose of this arm's base in the base frame of arm 0 (the identity for arm 0 itself). */
  readonly arm0FromBase: Pose;
}

/** A volume to stay out of. The installation's are fixed; a program may add its own, never remove one. */
export interface KeepOut extends Box {
  readonly layer: 'installation' | 'program';
}

/** What a block may do, whatever its code says. Boxes in the base frame of arm 0; metres, radians, newtons, seconds. */
export interface Envelope {
  /** One entry per arm: left, then right. */
  readonly arms: readonly ArmPlacement[];
  /** Every checked sphere of the arm lies wholly inside at least one of these. */
  readonly workspace: readonly Box[];
  /** No checked sphere of the arm touches any of these. */
  readonly keepOuts: readonly KeepOut[];
  /** Smallest distance of any joint from its published range, radians. */
  readonly jointMarginRad: TwoStepLimit;
  /** Shares, in (0, 1], of the published joint speeds, accelerations and jerks. */
  readonly jointSpeedShare: TwoStepLimit;
  readonly jointAccelerationShare: TwoStepLimit;
  readonly jointJerkShare: TwoStepLimit;
  /** Speed of the tool point, m/s. */
  readonly toolSpeedMPerS: TwoStepLimit;
  /** Force of the fingers, newtons. */
  readonly gripForceN: TwoStepLimit;
  /** Commands that one block may send. */
  readonly maxCalls: TwoStepLimit;
  /** Robot time that one block may use, seconds. The operator's thinking does not count. */
  readonly maxRobotTimeS: TwoStepLimit;
}

/** Something that lies between a soft and a hard limit. */
export interface SoftExcess {
  readonly limit: LimitName;
  readonly value: number;
  readonly soft: number;
  /** Place in words, as "joint 4 of the left arm at 0.312 s". */
  readonly where: string;
}

/**
 * The simulated cell: the published limits of the arm, and its room above the table. The lower face of the workspace is
 * the table top (z = -0.112 m), so fingertips may come within 4 mm of it; what stands on the table is the planner's.
 */
export const PANDA_SIMULATED_ENVELOPE: Envelope = {
  arms: [{ arm: 'left', arm0FromBase: IDENTITY_POSE }],
  workspace: [{ name: 'room above the table', min: [-0.5, -0.75, -0.112], max: [0.9, 0.75, 1.2] }],
  keepOuts: [],
  jointMarginRad: { hard: 0.01 },
  jointSpeedShare: { hard: 1 },
  jointAccelerationShare: { hard: 1 },
  jointJerkShare: { hard: 1 },
  toolSpeedMPerS: { hard: PANDA_TOOL_LIMITS.speedMPerS },
  gripForceN: { hard: FRANKA_HAND_LIMITS.maxForceN },
  maxCalls: { hard: 2000, soft: 500 },
  maxRobotTimeS: { hard: 600, soft: 120 },
};

/**
 * A real arm, before the installation says more: margins as laboratories use them (0.1 rad from every joint limit, half
 * speed, a quarter of the acceleration, a tenth of the jerk, 250 mm/s at the tool), each of which an operator can lift
 * by name for one block, up to a hard limit. The workspace is a box in front of the base and the column that the elbow
 * needs; there is no table in it, because only the rig file knows where the table stands.
 */
export const PANDA_REAL_ENVELOPE: Envelope = {
  arms: [{ arm: 'left', arm0FromBase: IDENTITY_POSE }],
  workspace: [
    { name: 'room in front of the base', min: [0.1, -0.4, -0.05], max: [1, 0.4, 1] },
    { name: 'column of the elbow', min: [-0.45, -0.4, 0.2], max: [0.45, 0.4, 1.2] },
  ],
  keepOuts: [],
  jointMarginRad: { hard: 0.05, soft: 0.1 },
  jointSpeedShare: { hard: 0.8, soft: 0.5 },
  jointAccelerationShare: { hard: 0.5, soft: 0.25 },
  jointJerkShare: { hard: 0.5, soft: 0.1 },
  toolSpeedMPerS: { hard: 0.5, soft: 0.25 },
  gripForceN: { hard: FRANKA_HAND_LIMITS.maxForceN, soft: 40 },
  maxCalls: { hard: 500, soft: 100 },
  maxRobotTimeS: { hard: 300, soft: 60 },
};

/** The same envelope with more keep-outs in the program's layer. There is no function that takes one away. */
export function addProgramKeepOuts(envelope: Envelope, boxes: readonly Box[]): Envelope {
  const added = boxes.map(({ name, min, max }): KeepOut => ({ name, min, max, layer: 'program' }));
  return { ...envelope, keepOuts: [...envelope.keepOuts, ...added] };
}

/** The same envelope with no more robot time than this, seconds, say a task's. Time is never added. */
export function withRobotTime(envelope: Envelope, mostS: number): Envelope {
  const { hard, soft } = envelope.maxRobotTimeS;
  const capped = Math.min(hard, mostS);
  return {
    ...envelope,
    maxRobotTimeS: soft === undefined || soft >= capped ? { hard: capped } : { hard: capped, soft },
  };
}

/**
 * Refuses an envelope that could not be enforced: a number that is not finite, a soft limit looser than its hard one, an
 * inverted box, an arm missing or named twice.
 * @throws GateRefusal BAD_CONFIGURATION
 */
export function assertEnforceable(envelope: Envelope, armCount: number): void {
  const sides = envelope.arms.map((placement) => placement.arm).join();
  if (sides !== (armCount === 1 ? 'left' : 'left,right')) {
    throw badEnvelope(`it places the arms "${sides}", but the robot has ${armCount}`);
  }
  for (const { arm, arm0FromBase } of envelope.arms) {
    const [w, x, y, z] = arm0FromBase.quatWxyz;
    const length = w * w + x * x + y * y + z * z;
    if (!arm0FromBase.position.every(Number.isFinite) || !(Math.abs(length - 1) < 1e-6)) {
      throw badEnvelope(`the base of the ${arm} arm has no valid pose`);
    }
  }
  if (envelope.workspace.length === 0) throw badEnvelope('it has no workspace, so nothing could ever move');
  for (const box of [...envelope.workspace, ...envelope.keepOuts]) {
    for (let axis = 0; axis < 3; axis++) {
      const extent = box.max[axis] - box.min[axis];
      if (!(extent > 0 && Number.isFinite(extent))) throw badEnvelope(`the box "${box.name}" is empty or not finite`);
    }
  }
  for (const name of LIMIT_NAMES) assertLimit(name, envelope[name]);
}

function assertLimit(name: LimitName, { hard, soft = hard }: TwoStepLimit): void {
  const largest = name.endsWith('Share') ? 1 : Number.MAX_SAFE_INTEGER;
  if (!(hard >= 0 && hard <= largest && soft >= 0 && soft <= largest)) {
    throw badEnvelope(`${name} is ${inWords(hard)} hard, ${inWords(soft)} soft; both must lie in 0 to ${largest}`);
  }
  const softIsStricter = name === 'jointMarginRad' ? soft >= hard : soft <= hard;
  if (!softIsStricter) throw badEnvelope(`the soft limit of ${name} is looser than its hard limit`);
}

function badEnvelope(what: string): GateRefusal {
  return new GateRefusal('BAD_CONFIGURATION', `This envelope cannot be enforced: ${what}.`, 'Correct the rig file.');
}
