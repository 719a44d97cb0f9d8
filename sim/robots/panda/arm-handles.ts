// Owns the addresses of one arm inside a compiled model: where its joints, servos and sites are.

import type { Physics } from '../../engine/physics.ts';
import { type Pose, quatFromMat3 } from '../../spatial.ts';
import { JOINT_COUNT } from './limits.ts';

export interface ArmHandles {
  readonly side: 'left' | 'right';
  /** First of seven consecutive entries in qpos, qvel and ctrl. */
  readonly qpos: number;
  readonly qvel: number;
  readonly servo: number;
  /** Index of the grip actuator in ctrl. */
  readonly grip: number;
  /** Entries of both fingers in qpos and qvel. */
  readonly fingerQpos: readonly [number, number];
  readonly fingerQvel: readonly [number, number];
  readonly toolSite: number;
  readonly padGeoms: readonly [number, number];
}

/** Looks the addresses up by name. @throws RangeError when the model has no such arm */
export function findArm(physics: Physics, side: 'left' | 'right'): ArmHandles {
  const prefix = `${side}/`;
  const first = physics.jointAddress(`${prefix}joint1`);
  const leftFinger = physics.jointAddress(`${prefix}left_finger_joint`);
  const rightFinger = physics.jointAddress(`${prefix}right_finger_joint`);
  return {
    side,
    qpos: first.qpos,
    qvel: first.qvel,
    servo: physics.id('actuator', `${prefix}servo1`),
    grip: physics.id('actuator', `${prefix}grip`),
    fingerQpos: [leftFinger.qpos, rightFinger.qpos],
    fingerQvel: [leftFinger.qvel, rightFinger.qvel],
    toolSite: physics.id('site', `${prefix}tool`),
    padGeoms: [physics.id('geom', `${prefix}left_finger/pad`), physics.id('geom', `${prefix}right_finger/pad`)],
  };
}

/** Copy of the seven measured joint angles, radians. */
export function readJoints(physics: Physics, arm: ArmHandles): Float64Array {
  return physics.views.qpos.slice(arm.qpos, arm.qpos + JOINT_COUNT);
}

/** Opening between the pads, metres; never below 0, though closed fingers give way by hairs under load. */
export function readWidth(physics: Physics, arm: ArmHandles): number {
  const { qpos } = physics.views;
  return Math.max(0, qpos[arm.fingerQpos[0]] + qpos[arm.fingerQpos[1]]);
}

/** Pose of a site in the world, from the last kinematics. */
export function readSite(physics: Physics, site: number): Pose {
  const { siteXpos, siteXmat } = physics.views;
  return {
    position: [siteXpos[3 * site], siteXpos[3 * site + 1], siteXpos[3 * site + 2]],
    quatWxyz: quatFromMat3(siteXmat.subarray(9 * site, 9 * site + 9)),
  };
}
