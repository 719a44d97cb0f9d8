// The other goal of drawing-line-through: cuts the hexagon in half from the middle of its left to that of its right side.
const [x] = await getObjPos('hexagon');
const [, yMin, , yMax] = await getBbox('hexagon');
// The box reaches half the width of the ink beyond the sides.
const ink = 0.002;
await draw([
  [x, yMax - ink],
  [x, yMin + ink],
]);
