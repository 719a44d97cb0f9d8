import { mat3FromQuat, quatFromEulerXyz } from 'capstan:math';
import { rotationMatrixToQuaternion } from 'capstan:skills';

const turns = [0, 0.3, 1.2, 1.5707963267948966, 2.9, Math.PI, -0.7, -2.2];
for (const x of turns) {
  for (const y of turns) {
    for (const z of turns) {
      const q = quatFromEulerXyz(x, y, z);
      const found = rotationMatrixToQuaternion(mat3FromQuat(q));
      const product = q[0] * found[0] + q[1] * found[1] + q[2] * found[2] + q[3] * found[3];
      if (!(Math.abs(Math.abs(product) - 1) < 1e-12)) throw new Error(`turns ${x}, ${y}, ${z}: found ${found}`);
      if (found[0] < 0) throw new Error(`turns ${x}, ${y}, ${z}: w is negative`);
    }
  }
}
for (const wrong of [
  [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, -1],
  ],
  [
    [2, 0, 0],
    [0, 2, 0],
    [0, 0, 2],
  ],
  [
    [1, 0],
    [0, 1],
  ],
  [
    [1, 0.1, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
]) {
  let said = '';
  try {
    rotationMatrixToQuaternion(wrong);
  } catch (error) {
    said = (error as Error).message;
  }
  if (!said.includes('rotation')) throw new Error(`${JSON.stringify(wrong)} was taken`);
}
