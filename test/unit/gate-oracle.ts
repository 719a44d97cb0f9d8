// Owns a second opinion on plans: the envelope's rules in their plainest form, written apart from the gate's checks and
// used only to judge what the gate let pass. Must never import a check of the gate; the table of body points is the one
// thing they share.

import { BODY_POINTS } from '../../drivers/gate/body-points.ts';
import type { ClosedLoopGrant } from '../../drivers/gate/closed-loop.ts';
import type { Envelope, LimitName } from '../../drivers/gate/envelope.ts';
import type { Plan, ServoCommand } from '../../drivers/robot.ts';
import { createLinkFrames, forwardKinematics, frameOrigin, TOOL_FRAME } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { distance, type Vec3 } from '../../sim/spatial.ts';

export interface Opinion {
  /** Why no robot may ever get this plan; undefined when it may. */
  readonly never?: string;
  /** Soft limits that it passes. */
  readonly asks: readonly LimitName[];
  readonly topToolSpeedMPerS: number;
}

/** Judges a plan of the left arm, whose base is the base of arm 0. */
export function opinionOn(plan: Plan, measuredRad: readonly number[], envelope: Envelope, speedScale: number): Opinion {
  const rad = plan.arms[0].jointPositionsRad;
  const never = (why: string): Opinion => ({ never: why, asks: [], topToolSpeedMPerS: 0 });
  if (rad.length !== plan.sampleCount * JOINT_COUNT) return never('wrong length');
  if (![...rad].every(Number.isFinite)) return never('not finite');
  const row = (sample: number) => [...rad.subarray(sample * JOINT_COUNT, (sample + 1) * JOINT_COUNT)];
  if (row(0).some((value, joint) => Math.abs(value - measuredRad[joint]) > 0.02)) return never('starts elsewhere');

  const frames = createLinkFrames();
  const asks = new Set<LimitName>();
  let tool: Vec3 | undefined;
  let topToolSpeedMPerS = 0;
  let topShare = 0;
  for (let sample = 0; sample < plan.sampleCount; sample++) {
    const now = row(sample);
    const before = row(Math.max(0, sample - 1));
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const margin = Math.min(
        now[joint] - PANDA_JOINT_LIMITS.minRad[joint],
        PANDA_JOINT_LIMITS.maxRad[joint] - now[joint],
      );
      if (margin < envelope.jointMarginRad.hard) return never(`joint margin at sample ${sample}`);
      topShare = Math.max(
        topShare,
        Math.abs(now[joint] - before[joint]) / plan.periodS / PANDA_JOINT_LIMITS.speedRadPerS[joint],
      );
    }
    forwardKinematics(now, frames);
    for (const { name, frame, centre, radiusM } of BODY_POINTS) {
      const at = inBase(frames, frame, centre);
      const holds = envelope.workspace.some(({ min, max }) =>
        at.every((value, axis) => value - radiusM >= min[axis] && value + radiusM <= max[axis]),
      );
      if (!holds) return never(`${name} out of the workspace at sample ${sample} of ${plan.sampleCount}`);
    }
    const here = frameOrigin(frames, TOOL_FRAME);
    if (tool !== undefined) topToolSpeedMPerS = Math.max(topToolSpeedMPerS, distance(here, tool) / plan.periodS);
    tool = here;
  }
  const slack = 0.001; // the gate forgives rounding of the samples; see SAMPLE_QUANTUM_RAD
  if (topShare > Math.min(speedScale, envelope.jointSpeedShare.hard) + slack) return never('too fast in a joint');
  if (topToolSpeedMPerS > envelope.toolSpeedMPerS.hard + slack) return never('too fast at the tool');
  if (topToolSpeedMPerS > (envelope.toolSpeedMPerS.soft ?? Infinity) + slack) asks.add('toolSpeedMPerS');
  const last = row(plan.sampleCount - 1);
  const nextToLast = row(Math.max(0, plan.sampleCount - 2));
  const endSpeed = Math.max(...last.map((value, joint) => Math.abs(value - nextToLast[joint]))) / plan.periodS;
  if (endSpeed > 0.05) return never('ends in motion');
  return { asks: [...asks], topToolSpeedMPerS };
}

/** Why no closed loop may ever make for these joints; undefined when it may. */
export function opinionOnTarget(
  { jointsRad, toolSpeedMPerS, speedScale }: ServoCommand,
  grant: ClosedLoopGrant | null,
  envelope: Envelope,
  approvedScale: number,
): string | undefined {
  if (grant === null) return 'nobody granted a closed loop';
  if (!jointsRad.every(Number.isFinite)) return 'not finite';
  if (!(speedScale <= approvedScale)) return 'more speed than was approved';
  if (!(toolSpeedMPerS <= grant.toolSpeedMPerS)) return 'a faster tool than its permit';
  const frames = createLinkFrames();
  forwardKinematics(jointsRad, frames);
  for (const { name, frame, centre, radiusM } of BODY_POINTS) {
    const at = inBase(frames, frame, centre);
    const holds = envelope.workspace.some(({ min, max }) =>
      at.every((value, axis) => value - radiusM >= min[axis] && value + radiusM <= max[axis]),
    );
    if (!holds) return `${name} out of the workspace`;
  }
  const { min, max } = grant.volume;
  const tool = frameOrigin(frames, TOOL_FRAME);
  const isInside = tool.every((value, axis) => value >= min[axis] - 1e-9 && value <= max[axis] + 1e-9);
  return isInside ? undefined : 'outside the volume of its permit';
}

/** A point of a link frame in the base frame of the arm, metres. */
export function inBase(frames: Float64Array, frame: number, [x, y, z]: Vec3): Vec3 {
  const f = frames.subarray(frame * 12, frame * 12 + 12);
  return [
    f[0] * x + f[1] * y + f[2] * z + f[3],
    f[4] * x + f[5] * y + f[6] * z + f[7],
    f[8] * x + f[9] * y + f[10] * z + f[11],
  ];
}
