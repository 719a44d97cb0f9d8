// Cuts the hexagon in half, from its nearest to its farthest corner.
const [, y] = await getObjPos('hexagon');
const [xMin, , xMax] = await getBbox('hexagon');
// The box reaches half the width of the ink beyond the corners.
const ink = 0.002;
await draw([
  [xMin + ink, y],
  [xMax - ink, y],
]);
