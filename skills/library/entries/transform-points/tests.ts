import { invertPose, type Pose, quatFromEulerXyz, transformPoint, type Vec3 } from 'capstan:math';
import { transformPoints } from 'capstan:skills';

const points: Vec3[] = Array.from({ length: 40 }, (_, k) => [Math.sin(k), k / 10, Math.cos(3 * k)]);
for (let k = 0; k < 20; k++) {
  const aFromB: Pose = { position: [k, -0.5, 0.1 * k], quatWxyz: quatFromEulerXyz(k, 0.4 * k, -k) };
  const moved = transformPoints(points, aFromB);
  const back = transformPoints(moved, invertPose(aFromB));
  points.forEach((point, n) => {
    const one = transformPoint(aFromB, point);
    const miss = Math.max(
      ...point.map((value, i) => Math.max(Math.abs(value - back[n][i]), Math.abs(one[i] - moved[n][i]))),
    );
    if (!(miss < 1e-12)) throw new Error(`point ${n} of transform ${k} is off by ${miss}`);
  });
}
if (transformPoints([], { position: [0, 0, 0], quatWxyz: [1, 0, 0, 0] }).length !== 0)
  throw new Error('points of nothing');
