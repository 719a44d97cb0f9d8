// Owns what measured joints mean at the tool point: how fast it is, and what force is felt there. Must never trust a
// figure of the driver beyond the joints' own.

import * as jacobian from '../../sim/robots/panda/tool-jacobian.ts';
import { norm } from '../../sim/spatial.ts';
import type { ArmState } from '../robot.ts';

/** Speed of the tool point from measured joints and their speeds, m/s. */
export function toolSpeed({ jointPositionsRad, jointVelocitiesRadPerS }: ArmState): number {
  return norm(jacobian.toolVelocity(jointPositionsRad, jointVelocitiesRadPerS));
}

/**
 * Size of the force at the tool point that explains the measured external torques best, newtons.
 * @returns null where the robot reports no torques at all, which robots do that do not know them
 */
export function toolForce({ jointPositionsRad, externalTorquesNm }: ArmState): number | null {
  if (externalTorquesNm.every((torque) => torque === 0)) return null;
  return norm(jacobian.toolForce(jointPositionsRad, externalTorquesNm));
}
