import { type Quat, rotate, type Vec3 } from 'capstan:math';

/** A way to grip, as planners propose it: fingertip pose in the base frame, opening in metres, and a score. */
export type ScoredGrasp = { position: Vec3; quatWxyz: Quat; widthM: number; score: number };

/**
 * The grasp of the best score among those that come from above: whose tool axis and the way down have a cosine of more
 * than `verticalThreshold` (0.8 is 37 degrees from straight down). Null when none does; of equal scores the first.
 */
export function selectTopDownGrasp(grasps: ScoredGrasp[], verticalThreshold = 0.8): ScoredGrasp | null {
  if (!(verticalThreshold >= -1 && verticalThreshold <= 1)) {
    throw new RangeError(`selectTopDownGrasp: verticalThreshold is a cosine, from -1 to 1, not ${verticalThreshold}.`);
  }
  let best: ScoredGrasp | null = null;
  for (const grasp of grasps) {
    const downward = -rotate(grasp.quatWxyz, [0, 0, 1])[2];
    if (downward > verticalThreshold && (best === null || grasp.score > best.score)) best = grasp;
  }
  return best;
}
