// The other goal of drawing-hexagon: a square with sides of 8 cm around the middle of the board.
const HALF = 0.04;

const [x, y] = await getObjPos('board');
await draw([
  [x + HALF, y + HALF],
  [x - HALF, y + HALF],
  [x - HALF, y - HALF],
  [x + HALF, y - HALF],
  [x + HALF, y + HALF],
]);
