// Owns the comparison of where a rig's arms stand with where a task puts them. Must never move either: the gate checks
// the room by the rig, the world is built by the task, and a difference means that one of them is wrong.

import { angleBetween, distance, IDENTITY_POSE, type Pose, quatFromAxisAngle } from '../../sim/spatial.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import type { Rig } from './rig-file.ts';

/** Bases that agree to this much are the same: metres and radians. */
const SAME_PLACE_M = 0.001;
const SAME_TURN_RAD = 0.001;

/** What differs, in words that say how to mend it; undefined when rig and task have the same arms in the same places. */
export function armDisagreement({ name, envelope }: Rig, task: Task): string | undefined {
  const bases = armBases(task);
  if (envelope.arms.length !== bases.length) {
    const mend = bases.length === 1 ? 'choose a rig with one arm' : 'choose a rig with two arms, or add its "arms"';
    return `the task ${task.name} is for ${armsInWords(bases.length)}, the rig "${name}" has ${armsInWords(envelope.arms.length)}; ${mend}`;
  }
  for (const [index, { arm, arm0FromBase }] of envelope.arms.entries()) {
    const base = bases[index];
    const offM = distance(base.position, arm0FromBase.position);
    const offRad = angleBetween(base.quatWxyz, arm0FromBase.quatWxyz);
    if (offM <= SAME_PLACE_M && offRad <= SAME_TURN_RAD) continue;
    return `the ${arm} arm of the rig "${name}" stands ${offM.toFixed(3)} m and ${offRad.toFixed(3)} rad away from where the task ${task.name} puts it; choose the rig of that cell, or correct its "arms"`;
  }
  return undefined;
}

/** Bases of the arms in the base frame of arm 0: left, then right. */
function armBases({ robot }: Task): readonly Pose[] {
  if (robot.arms === 1) return [IDENTITY_POSE];
  const { position, yaw } = robot.rightBase;
  return [IDENTITY_POSE, { position, quatWxyz: quatFromAxisAngle([0, 0, 1], yaw) }];
}

function armsInWords(count: number): string {
  return count === 1 ? 'one arm' : 'two arms';
}
