// The other goal of drawing-circles-around-blocks: one wider circle, around the red block alone.
import { cos, sin } from 'capstan:math';

const RADIUS = 0.06;
const POINTS = 36;

const [x, y] = await getObjPos('red block');
const circle = Array.from({ length: POINTS + 1 }, (_, k): [number, number] => {
  const angle = (2 * Math.PI * k) / POINTS;
  return [x + RADIUS * cos(angle), y + RADIUS * sin(angle)];
});
await draw(circle);
