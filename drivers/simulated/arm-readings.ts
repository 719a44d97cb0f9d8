// Owns what the simulated robot measures of its arms. Must never change anything.

import { readJoints } from '../../sim/robots/panda/arm-handles.ts';
import { JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';
import type { ArmState } from '../robot.ts';

/** Joints slower than this are at rest, rad/s. */
const REST_RAD_PER_S = 0.02;

export function readArm(world: TaskWorld, index: number): ArmState {
  const { qvel } = world.physics.views;
  const handles = world.arms[index];
  return {
    jointPositionsRad: Array.from(readJoints(world.physics, handles)),
    jointVelocitiesRadPerS: Array.from(qvel.subarray(handles.qvel, handles.qvel + JOINT_COUNT)),
    commandedPositionsRad: Array.from(world.servos[index].referenceRad),
    externalTorquesNm: [...world.servos[index].externalTorquesNm],
    tool: world.tool(index),
    gripperWidthM: world.hands[index].widthM,
    holding: world.hands[index].holding,
  };
}

/** Largest distance between the measured joints of an arm and their targets, radians. */
export function lagRad(world: TaskWorld, index: number): number {
  const { qpos } = world.physics.views;
  const first = world.arms[index].qpos;
  const reference = world.servos[index].referenceRad;
  let lag = 0;
  for (let j = 0; j < JOINT_COUNT; j++) lag = Math.max(lag, Math.abs(qpos[first + j] - reference[j]));
  return lag;
}

/** Whether these arms are told to stand still, and do. */
export function areAtRest(world: TaskWorld, indices: readonly number[]): boolean {
  const { qvel } = world.physics.views;
  return indices.every((index) => {
    if (world.servos[index].moving) return false;
    const first = world.arms[index].qvel;
    for (let j = 0; j < JOINT_COUNT; j++) if (Math.abs(qvel[first + j]) > REST_RAD_PER_S) return false;
    return true;
  });
}
