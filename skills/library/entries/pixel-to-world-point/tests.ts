import { invertPose, type Pose, quatFromEulerXyz, transformPoint } from 'capstan:math';
import { pixelToWorldPoint } from 'capstan:skills';

const intrinsics = { fx: 310, fy: 305, cx: 239.5, cy: 179.5, width: 480, height: 360 };
for (let k = 0; k < 50; k++) {
  const worldFromCamera: Pose = { position: [k / 50, -0.2, 0.8], quatWxyz: quatFromEulerXyz(k / 9, 0.3, -0.9) };
  const [u, v, depthM] = [(k * 97) % 480, (k * 31) % 360, 0.3 + k / 40];
  const [x, y, z] = transformPoint(
    invertPose(worldFromCamera),
    pixelToWorldPoint(u, v, depthM, intrinsics, worldFromCamera),
  );
  const miss =
    Math.abs((intrinsics.fx * x) / z + intrinsics.cx - u) +
    Math.abs((intrinsics.fy * y) / z + intrinsics.cy - v) +
    Math.abs(z - depthM);
  if (!(miss < 1e-9)) throw new Error(`pixel ${u}, ${v} goes to ${x}, ${y}, ${z}`);
}
const home: Pose = { position: [0, 0, 0], quatWxyz: [1, 0, 0, 0] };
for (const [u, v, depthM] of [
  [0, 0, 0],
  [0, 0, NaN],
  [NaN, 0, 1],
  [0, 0, -1],
]) {
  let said = '';
  try {
    pixelToWorldPoint(u, v, depthM, intrinsics, home);
  } catch (error) {
    said = (error as Error).message;
  }
  if (!said.startsWith('pixelToWorldPoint: ')) throw new Error(`${u}, ${v}, ${depthM} was taken`);
}
