// Draws a hexagon with sides of 5 cm around the middle of the board.
import { cos, sin } from 'capstan:math';

const SIDE = 0.05;

const [x, y] = await getObjPos('board');
// Corners of a regular hexagon are as far from its middle as its sides are long; the last point closes it.
const corners = Array.from({ length: 7 }, (_, k): [number, number] => {
  const angle = (k * Math.PI) / 3;
  return [x + SIDE * cos(angle), y + SIDE * sin(angle)];
});
await draw(corners);
