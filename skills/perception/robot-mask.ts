// Owns taking the robot out of a look: where its own body is seen, nothing was measured. The robot knows where it stands;
// a grey shell is no grey block. Must never take out what a hand holds: whoever asks says what stays.
//
// Frames and units: metres in the base frame of arm 0.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import type { BodyBall } from '../../sim/robots/panda/body-balls.ts';
import { mat3FromQuat, type Vec3 } from '../../sim/spatial.ts';
import { isInBall } from './obstacles.ts';

/**
 * The same look with no depth where it shows the robot; its colours stay.
 * @param robot balls that cover the robot as it stood then
 * @param kept what is seen in these is left as it is
 */
export function withoutRobot(
  observation: Observation,
  robot: readonly BodyBall[],
  kept: readonly BodyBall[] = [],
): Observation {
  if (robot.length === 0) return observation;
  const { width, height, intrinsics, worldFromCamera } = observation;
  const { fx, fy, cx, cy } = intrinsics;
  const m = mat3FromQuat(worldFromCamera.quatWxyz);
  const [ox, oy, oz] = worldFromCamera.position;
  const low = [0, 1, 2].map((axis) => Math.min(...robot.map(({ centre, radiusM }) => centre[axis] - radiusM)));
  const high = [0, 1, 2].map((axis) => Math.max(...robot.map(({ centre, radiusM }) => centre[axis] + radiusM)));
  const depthM = observation.depthM.slice();
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const pixel = v * width + u;
      const depth = depthM[pixel];
      if (!(depth > 0)) continue;
      const px = ((u - cx) * depth) / fx;
      const py = ((v - cy) * depth) / fy;
      const x = m[0] * px + m[1] * py + m[2] * depth + ox;
      const y = m[3] * px + m[4] * py + m[5] * depth + oy;
      const z = m[6] * px + m[7] * py + m[8] * depth + oz;
      if (x < low[0] || y < low[1] || z < low[2] || x > high[0] || y > high[1] || z > high[2]) continue;
      const point: Vec3 = [x, y, z];
      if (!robot.some((ball) => isInBall(point, ball)) || kept.some((ball) => isInBall(point, ball))) continue;
      depthM[pixel] = 0;
    }
  }
  return { ...observation, depthM };
}
