import { distance, type Vec3 } from 'capstan:math';
import { interpolateSegment } from 'capstan:skills';

const from: Vec3 = [0.1, -0.4, 0.25];
for (let k = 1; k < 40; k++) {
  const to: Vec3 = [0.1 + 0.03 * k, -0.4 + Math.sin(k) / 5, 0.25];
  const points = interpolateSegment(from, to);
  const ends = distance(points[0], from) + distance(points[points.length - 1], to);
  if (ends !== 0) throw new Error(`the ends of segment ${k} are off by ${ends}`);
  const gaps = points.slice(1).map((point, n) => distance(points[n], point));
  if (!gaps.every((gap) => gap <= 0.03 + 1e-9)) throw new Error(`segment ${k} has a step of ${Math.max(...gaps)}`);
  if (!(Math.max(...gaps) - Math.min(...gaps) < 1e-12)) throw new Error(`the steps of segment ${k} are uneven`);
  if (points.length > distance(from, to) / 0.03 + 2) throw new Error(`segment ${k} has more steps than it needs`);
}
if (interpolateSegment([0, 0, 0], [0.3, 0, 0], 0.1).length !== 4) throw new Error('0.3 m are three steps of 0.1 m');
if (interpolateSegment(from, from).length !== 1) throw new Error('a segment of no length is one point');
for (const wrong of [0, -1, NaN]) {
  let said = '';
  try {
    interpolateSegment(from, [1, 1, 1], wrong);
  } catch (error) {
    said = (error as Error).message;
  }
  if (!said.includes('positive')) throw new Error(`a step of ${wrong} was taken`);
}
