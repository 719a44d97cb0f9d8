import { quatDownWithYaw, quatFromAxisAngle, quatMultiply, rad } from 'capstan:math';
import { type ScoredGrasp, selectTopDownGrasp } from 'capstan:skills';

/** A grasp whose tool leans so far from straight down. */
const leaning = (degrees: number, yaw: number, score: number): ScoredGrasp => ({
  position: [0.5, 0.1, 0.02],
  quatWxyz: quatMultiply(quatFromAxisAngle([Math.cos(yaw), Math.sin(yaw), 0], rad(degrees)), quatDownWithYaw(2 * yaw)),
  widthM: 0.05,
  score,
});

for (let k = 0; k < 24; k++) {
  const yaw = (k * 15 * Math.PI) / 180;
  const grasps = [leaning(36.8, yaw, 0.5), leaning(36.9, yaw, 0.9), leaning(0, yaw, 0.4), leaning(180, yaw, 1)];
  if (selectTopDownGrasp(grasps) !== grasps[0]) throw new Error(`at ${yaw} rad another grasp was chosen`);
  if (selectTopDownGrasp(grasps, 0.5) !== grasps[1]) throw new Error(`at ${yaw} rad the steeper limit was not kept`);
  if (selectTopDownGrasp(grasps, -1) !== grasps[1] && selectTopDownGrasp(grasps, -1) !== grasps[3])
    throw new Error('the best score was not chosen');
}
if (selectTopDownGrasp([]) !== null) throw new Error('a grasp of none');
if (selectTopDownGrasp([leaning(90, 0, 1)]) !== null) throw new Error('a grasp from the side was taken');
const equal = [leaning(10, 0, 0.5), leaning(5, 1, 0.5)];
if (selectTopDownGrasp(equal) !== equal[0]) throw new Error('of equal scores the first is taken');
let said = '';
try {
  selectTopDownGrasp(equal, 2);
} catch (error) {
  said = (error as Error).message;
}
if (!said.includes('cosine')) throw new Error('a limit of 2 was taken');
