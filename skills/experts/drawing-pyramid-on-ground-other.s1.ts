// The other goal of drawing-pyramid-on-ground: a square whose lower side lies on the middle of the ground line.
const SIDE = 0.08;

const [x, y] = await getObjPos('ground');
await draw([
  [x, y - SIDE / 2],
  [x + SIDE, y - SIDE / 2],
  [x + SIDE, y + SIDE / 2],
  [x, y + SIDE / 2],
  [x, y - SIDE / 2],
]);
