import { angleBetween, mat3FromQuat, quatFromAxisAngle } from 'capstan:math';
import { decomposeTransform } from 'capstan:skills';

for (let k = 0; k < 60; k++) {
  const quatWxyz = quatFromAxisAngle([Math.sin(k), Math.cos(2 * k), 0.3], k / 10);
  const position = [k / 7, -k, 0.25];
  const rows = mat3FromQuat(quatWxyz).map((row, i) => [...row, position[i]]);
  const found = decomposeTransform([...rows, [0, 0, 0, 1]]);
  if (!(angleBetween(found.quatWxyz, quatWxyz) < 1e-7)) throw new Error(`turn ${k}: found ${found.quatWxyz}`);
  if (found.position.some((value, i) => value !== position[i])) throw new Error(`position ${k}: ${found.position}`);
}
const identity = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
];
for (const [row, column, value] of [
  [3, 3, 0],
  [0, 0, -1],
  [1, 1, 2],
  [2, 3, NaN],
]) {
  const wrong = identity.map((entries, i) => entries.map((entry, j) => (i === row && j === column ? value : entry)));
  let said = '';
  try {
    decomposeTransform(wrong);
  } catch (error) {
    said = (error as Error).message;
  }
  if (!said.startsWith('decomposeTransform: ')) throw new Error(`${JSON.stringify(wrong)} was taken`);
}
