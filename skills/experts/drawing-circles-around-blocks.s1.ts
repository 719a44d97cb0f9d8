// Draws a circle around every block.
import { cos, sin } from 'capstan:math';

const RADIUS = 0.05;
const POINTS = 36;

for (const name of ['red block', 'green block']) {
  const [x, y] = await getObjPos(name);
  const circle = Array.from({ length: POINTS + 1 }, (_, k): [number, number] => {
    const angle = (2 * Math.PI * k) / POINTS;
    return [x + RADIUS * cos(angle), y + RADIUS * sin(angle)];
  });
  await draw(circle);
}
