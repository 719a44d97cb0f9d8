// Owns the gripper functions, the same in every tier: opening, closing, and telling when something was dropped.

import { FRANKA_HAND_LIMITS } from '../../sim/robots/panda/limits.ts';
import { PolicyError } from './errors.ts';
import type { HighLevelImplementation } from './implementation.ts';
import { type MotionPorts, translated } from './motions.ts';
import type { SceneKnowledge } from './scene-knowledge.ts';

/** Force of a grasp unless the program asks for another, newtons: holds 1 kg with rubber pads. */
const DEFAULT_GRASP_FORCE_N = 30;
export const FULL_WIDTH_M = FRANKA_HAND_LIMITS.maxWidthM;
/** After letting go, things get this long to fall, seconds. */
const SETTLE_AFTER_RELEASE_S = 0.3;

/** Opening and closing, with what is known of the scene kept up to date. */
export function gripFunctions(
  { permit }: MotionPorts,
  scene: SceneKnowledge,
): Pick<HighLevelImplementation, 'openGripper' | 'closeGripper'> {
  return {
    openGripper: async ({ options }, { signal }) => {
      const arm = options?.arm ?? 'left';
      const release = await scene.beforeRelease(arm);
      return translated(async () => {
        const widthM = options?.widthM ?? FULL_WIDTH_M;
        const result = await permit.moveGripper({ arm, widthM, forceN: DEFAULT_GRASP_FORCE_N }, signal);
        if (release === undefined || result.holding) return result;
        await permit.advance(SETTLE_AFTER_RELEASE_S, signal);
        const fall = await release.afterwards();
        if (fall !== undefined) {
          throw new PolicyError({
            code: 'DROPPED',
            stage: 'placement',
            message: `"${fall.name}" fell ${(fall.fellM * 100).toFixed(0)} cm when the gripper opened. The arm is still, the gripper is open.`,
            hint: 'Before opening, lower the object until it stands: its centre at the top of the support plus half of its own height.',
          });
        }
        return result;
      });
    },

    closeGripper: ({ options }, { signal }) =>
      translated(async () => {
        const arm = options?.arm ?? 'left';
        const forceN = options?.forceN ?? DEFAULT_GRASP_FORCE_N;
        const result = await permit.moveGripper({ arm, widthM: 0, forceN }, signal);
        if (result.holding) await scene.afterGrip(arm);
        return result;
      }),
  };
}
