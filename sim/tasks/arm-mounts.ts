// Owns where the arms of a task stand and what they work with, for given joints. Knows nothing of the rest of a task.

import type { ArmMount } from '../scenes/scene.ts';
import { IDENTITY_POSE, quatFromAxisAngle } from '../spatial.ts';
import type { Task } from './task-schema.ts';

/** @param jointsRad per arm, left then right: length 7, radians */
export function armMounts(robot: Task['robot'], jointsRad: readonly (readonly number[])[]): ArmMount[] {
  const left: ArmMount = {
    side: 'left',
    worldFromBase: IDENTITY_POSE,
    startJointsRad: jointsRad[0],
    ...(robot.tool === 'hand' ? {} : { tool: robot.tool }),
  };
  if (robot.arms === 1) return [left];
  const { position, yaw } = robot.rightBase;
  const worldFromBase = { position, quatWxyz: quatFromAxisAngle([0, 0, 1], yaw) };
  return [left, { side: 'right', worldFromBase, startJointsRad: jointsRad[1] }];
}
