// Draws a circle around every block, from pixels.
import { add, cos, distance, lerp, mean, median, sin, transformPoint } from 'capstan:math';

const RADIUS = 0.05;
const POINTS = 36;
const DOWN: Quat = [0, 1, 0, 0];
/** The tip is led so far below the board: its spring turns that into a light press. */
const PRESS = 0.003;
/** Steps of the pen, one every 20 ms. */
const STEP = 0.003;
/** Over the board, where nothing is in the way. */
const OVER: Vec3 = [0, 0, 0.08];
/** The camera on the hand looks this far in front of the pen, and sees a line well from this height. */
const CAMERA_AHEAD = 0.07;
const LOOK_FROM = 0.27;
/** So far around a block the board is looked at. */
const AROUND = 0.07;

async function goTo(position: Vec3, approachM: number) {
  const way = await planMotion({ pose: { position, quatWxyz: DOWN }, approachM });
  await executePlan(way.id);
}

/** The middle of a block, seen from close above, and the height of the board it stands on. */
async function findBlock(phrase: string) {
  const first = await getObservation();
  const [rough] = await segmentText(first.id, phrase);
  const points = await maskPoints(first.id, rough);
  const [x, y, z] = [0, 1, 2].map((axis) => mean(points.map((point) => point[axis])));
  await goTo([x - CAMERA_AHEAD, y, z + LOOK_FROM], 0);
  const close = await getObservation({ camera: 'wrist' });
  const [block] = await segmentText(close.id, phrase);
  const { position } = await orientedBoundingBox(await maskPoints(close.id, block));
  const [bx, by] = position;
  return { x: bx, y: by, board: median(pointsAround(close, bx, by).map((point) => point[2])) };
}

/** What a picture shows around a place: far more of the board than of the block. */
function pointsAround(view: Observation, x: number, y: number): Vec3[] {
  const { width, depthM, worldFromCamera } = view;
  const { fx, fy, cx, cy } = view.intrinsics;
  const points: Vec3[] = [];
  depthM.forEach((depth, pixel) => {
    if (depth === 0) return;
    const u = pixel % width;
    const v = (pixel - u) / width;
    const point = transformPoint(worldFromCamera, [((u - cx) / fx) * depth, ((v - cy) / fy) * depth, depth]);
    if (Math.abs(point[0] - x) < AROUND && Math.abs(point[1] - y) < AROUND) points.push(point);
  });
  return points;
}

/**
 * Leads the tip along the points, pressed on the board. Down to it and up again in small steps as well: the eraser passes
 * closer over a block than planned ways do.
 */
async function draw(points: [number, number][], board: number) {
  const line = points.map(([x, y]): Vec3 => [x, y, board - PRESS]);
  const [first, last] = [line[0], line[line.length - 1]];
  await goTo(add(first, OVER), 0);
  let from = add(first, OVER);
  for (const to of [first, ...line.slice(1), last, add(last, OVER)]) {
    const steps = Math.ceil(distance(from, to) / STEP);
    for (let step = 1; step <= steps; step++) await servoTo(lerp(from, to, step / steps), DOWN);
    // Corners this blunt are passed without a stop; where the line begins and ends, the pen arrives.
    const waits = to === first || to === last ? 25 : 0;
    for (let wait = 0; wait < waits && (await servoTo(to, DOWN)).reason !== 'arrived'; wait++);
    from = to;
  }
}

for (const name of ['red block', 'green block']) {
  const { x, y, board } = await findBlock(name);
  const circle = Array.from({ length: POINTS + 1 }, (_, k): [number, number] => {
    const angle = (2 * Math.PI * k) / POINTS;
    return [x + RADIUS * cos(angle), y + RADIUS * sin(angle)];
  });
  await draw(circle, board);
}
