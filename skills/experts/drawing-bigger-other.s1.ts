// The other goal of drawing-bigger: erases the hexagon and draws it again around the same middle, smaller.
import { cos, sin } from 'capstan:math';

const SIDE = 0.03;
const STROKE = 0.022;

const [x, y] = await getObjPos('hexagon');
const [xMin, yMin, xMax, yMax] = await getBbox('hexagon');
const strokes = Math.ceil((xMax - xMin) / STROKE);
const step = (xMax - xMin) / strokes;
const line: [number, number][] = [];
for (let k = 0; k < strokes; k++) {
  const across = xMin + (k + 0.5) * step;
  const ends: [number, number][] = [
    [across, yMin],
    [across, yMax],
  ];
  if (k % 2 === 1) ends.reverse();
  line.push(...ends);
}
await erase(line);

const corners = Array.from({ length: 7 }, (_, k): [number, number] => {
  const angle = (k * Math.PI) / 3;
  return [x + SIDE * cos(angle), y + SIDE * sin(angle)];
});
await draw(corners);
