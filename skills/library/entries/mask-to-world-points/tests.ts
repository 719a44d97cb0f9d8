import { invertPose, type Pose, quatFromEulerXyz, transformPoint } from 'capstan:math';
import { maskToWorldPoints } from 'capstan:skills';

const intrinsics = { fx: 310, fy: 305, cx: 15.5, cy: 11.25, width: 32, height: 24 };
const depthM = Array.from({ length: 32 * 24 }, (_, i) => (i % 7 === 3 ? 0 : 0.4 + (i % 29) / 50));
const worldFromCamera: Pose = { position: [0.6, -0.2, 0.8], quatWxyz: quatFromEulerXyz(2.8, 0.3, -0.9) };
const pixels = Array.from({ length: 100 }, (_, k) => (k * 53) % (32 * 24));
const seen = pixels.filter((pixel) => depthM[pixel] > 0);
const points = maskToWorldPoints({ pixels }, depthM, intrinsics, worldFromCamera);
if (points.length !== seen.length) throw new Error(`${points.length} points of ${seen.length} measured pixels`);
points.forEach((point, k) => {
  const [x, y, z] = transformPoint(invertPose(worldFromCamera), point);
  const u = (intrinsics.fx * x) / z + intrinsics.cx;
  const v = (intrinsics.fy * y) / z + intrinsics.cy;
  const miss = Math.abs(v * 32 + u - seen[k]) + Math.abs(z - depthM[seen[k]]);
  if (!(miss < 1e-8)) throw new Error(`point ${k} is seen at ${u}, ${v}, not at pixel ${seen[k]}`);
});
if (maskToWorldPoints({ pixels: [] }, depthM, intrinsics, worldFromCamera).length !== 0)
  throw new Error('points of nothing');
for (const wrong of [[-1], [32 * 24], [0.5]]) {
  let said = '';
  try {
    maskToWorldPoints({ pixels: wrong }, depthM, intrinsics, worldFromCamera);
  } catch (error) {
    said = (error as Error).message;
  }
  if (!said.includes('outside')) throw new Error(`pixel ${wrong[0]} was taken`);
}
