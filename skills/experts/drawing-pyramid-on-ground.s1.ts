// Draws a triangle whose base lies on the middle of the ground line.
const BASE = 0.1;
const HEIGHT = 0.08;

const [x, y] = await getObjPos('ground');
await draw([
  [x, y - BASE / 2],
  [x + HEIGHT, y],
  [x, y + BASE / 2],
  [x, y - BASE / 2],
]);
