import { mat3FromQuat, type Pose, type Vec3 } from 'capstan:math';

/** Points given in frame b, in frame a, metres. The points given stay as they are. */
export function transformPoints(points: Vec3[], aFromB: Pose): Vec3[] {
  const [[a, b, c], [d, e, f], [g, h, i]] = mat3FromQuat(aFromB.quatWxyz);
  const [px, py, pz] = aFromB.position;
  return points.map(([x, y, z]) => [
    px + a * x + b * y + c * z,
    py + d * x + e * y + f * z,
    pz + g * x + h * y + i * z,
  ]);
}
