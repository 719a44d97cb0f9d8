// Draws a triangle whose base lies on the middle of the ground line, from pixels.
import { distance, lerp, mean } from 'capstan:math';

const BASE = 0.1;
const HEIGHT = 0.08;
const DOWN: Quat = [0, 1, 0, 0];
/** The tip is led so far below the board: its spring turns that into a light press. */
const PRESS = 0.003;
/** Steps of the pen, one every 20 ms. */
const STEP = 0.003;
/** The camera on the hand looks this far in front of the pen, and sees a line well from this height. */
const CAMERA_AHEAD = 0.07;
const LOOK_FROM = 0.27;

async function goTo(position: Vec3, approachM: number) {
  const way = await planMotion({ pose: { position, quatWxyz: DOWN }, approachM });
  await executePlan(way.id);
}

/** Points of the ink that a phrase names, seen from close above. */
async function findInk(phrase: string) {
  const first = await getObservation();
  const [rough] = await segmentText(first.id, phrase);
  const points = await maskPoints(first.id, rough);
  const [x, y, z] = [0, 1, 2].map((axis) => mean(points.map((point) => point[axis])));
  await goTo([x - CAMERA_AHEAD, y, z + LOOK_FROM], 0);
  const close = await getObservation({ camera: 'wrist' });
  const [ink] = await segmentText(close.id, phrase);
  return maskPoints(close.id, ink);
}

/** Where a coordinate begins and ends; depth is noisy, so that the outermost points are no measure. */
function range(values: number[]): [number, number] {
  const sorted = values.slice().sort((a, b) => a - b);
  const trim = Math.floor(0.02 * sorted.length);
  return [sorted[trim], sorted[sorted.length - 1 - trim]];
}

/** Leads the tip along the points, pressed on the board, and lifts it. */
async function draw(points: [number, number][], board: number) {
  const line = points.map(([x, y]): Vec3 => [x, y, board - PRESS]);
  await goTo(line[0], 0.08);
  let from = line[0];
  for (const to of line.slice(1)) {
    const steps = Math.ceil(distance(from, to) / STEP);
    for (let step = 1; step <= steps; step++) await servoTo(lerp(from, to, step / steps), DOWN);
    // The pen arrives before it turns.
    for (let wait = 0; wait < 25 && (await servoTo(to, DOWN)).reason !== 'arrived'; wait++);
    from = to;
  }
  await moveBy([0, 0, 0.08]);
}

const ink = await findInk('ground line');
const board = mean(ink.map((point) => point[2]));
const x = mean(ink.map((point) => point[0]));
const [yMin, yMax] = range(ink.map((point) => point[1]));
const y = (yMin + yMax) / 2;
await draw(
  [
    [x, y - BASE / 2],
    [x + HEIGHT, y],
    [x, y + BASE / 2],
    [x, y - BASE / 2],
  ],
  board,
);
