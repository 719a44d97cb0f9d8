import { depthToPointCloud } from 'capstan:skills';

const intrinsics = { fx: 310, fy: 305, cx: 15.5, cy: 11.25, width: 32, height: 24 };
const depthM = Array.from({ length: 32 * 24 }, (_, i) => (i % 11 === 0 ? 0 : 0.4 + (i % 37) / 100));
const points = depthToPointCloud(depthM, intrinsics);
const measured = depthM.flatMap((z, i) => (z > 0 ? [i] : []));
if (points.length !== measured.length) throw new Error(`${points.length} points of ${measured.length} measured pixels`);
points.forEach(([x, y, z], k) => {
  const u = (intrinsics.fx * x) / z + intrinsics.cx;
  const v = (intrinsics.fy * y) / z + intrinsics.cy;
  const index = measured[k];
  const miss = Math.abs(u - (index % 32)) + Math.abs(v - Math.floor(index / 32)) + Math.abs(z - depthM[index]);
  if (!(miss < 1e-10)) throw new Error(`point ${k} is seen at ${u}, ${v}, not at pixel ${index}`);
});
const few = depthToPointCloud(
  depthM.map(() => 1),
  intrinsics,
  8,
);
if (few.length !== 12) throw new Error(`every 8th of 32 x 24 pixels are 12, not ${few.length}`);
for (const wrong of [() => depthToPointCloud([1, 2], intrinsics), () => depthToPointCloud(depthM, intrinsics, 0)]) {
  let said = '';
  try {
    wrong();
  } catch (error) {
    said = (error as Error).message;
  }
  if (!said.startsWith('depthToPointCloud: ')) throw new Error('a wrong image was taken');
}
