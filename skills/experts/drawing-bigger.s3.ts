// Erases the hexagon and draws it again around the same middle, larger, from pixels.
import { add, cos, distance, lerp, mean, quatFromAxisAngle, quatMultiply, rad, rotate, sin } from 'capstan:math';

const SIDE = 0.08;
const DOWN: Quat = [0, 1, 0, 0];
/** The tip is led so far below the board: its spring turns that into a light press. */
const PRESS = 0.003;
/** Steps of the pen, one every 20 ms. */
const STEP = 0.003;
/** The eraser's face leans by 45 degrees: turned so, the hand lays it flat, and the tip hovers in front of it. */
const FLAT = quatMultiply(DOWN, quatFromAxisAngle([0, 1, 0], rad(45)));
const TIP_FROM_ERASER: Vec3 = [0.0884, 0, 0.0106];
/** Turns of the hand about the vertical that are tried, degrees. */
const TURNS = [0, 90, -90, 45, -45, 180];
/** A joint does not change by more than this between two neighbouring places, or the arm would have to let go. */
const LARGEST_JUMP = 0.25;
/** Depth of the eraser along x, less what neighbouring strokes overlap. */
const STROKE = 0.022;
/** The eraser is led so far below the board. */
const RUB = 0.002;
/** Steps of the eraser, one every 40 ms. */
const WIPE_STEP = 0.008;
/** The camera on the hand looks this far in front of the pen, and sees a line well from this height. */
const CAMERA_AHEAD = 0.07;
const LOOK_FROM = 0.27;

async function goTo(position: Vec3, quatWxyz: Quat) {
  const way = await planMotion({ pose: { position, quatWxyz } });
  await executePlan(way.id);
}

/** Points of the ink that a phrase names, seen from close above. */
async function findInk(phrase: string) {
  const first = await getObservation();
  const [rough] = await segmentText(first.id, phrase);
  const points = await maskPoints(first.id, rough);
  const [x, y, z] = [0, 1, 2].map((axis) => mean(points.map((point) => point[axis])));
  await goTo([x - CAMERA_AHEAD, y, z + LOOK_FROM], DOWN);
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

/** Leads the tip along the points in small steps; it arrives at each before it turns. */
async function follow(line: Vec3[], quatWxyz: Quat, stepM: number, periodS: number) {
  let from = line[0];
  for (const to of line.slice(1)) {
    const steps = Math.ceil(distance(from, to) / stepM);
    for (let step = 1; step <= steps; step++) await servoTo(lerp(from, to, step / steps), quatWxyz, { periodS });
    for (let wait = 0; wait < 15 && (await servoTo(to, quatWxyz, { periodS })).reason !== 'arrived'; wait++);
    from = to;
  }
}

/** A turn of the hand with which the arm can lay the eraser flat at all these places, one after the other. */
async function flatHand(places: Vec3[]) {
  for (const degrees of TURNS) {
    const turn = quatFromAxisAngle([0, 0, 1], rad(degrees));
    const quatWxyz = quatMultiply(turn, FLAT);
    const tipFromEraser = rotate(turn, TIP_FROM_ERASER);
    try {
      let seedRad = await solveIk(add(places[0], tipFromEraser), quatWxyz);
      let jump = 0;
      for (const place of places) {
        const next = await solveIk(add(place, tipFromEraser), quatWxyz, { seedRad });
        jump = Math.max(jump, ...next.map((joint, k) => Math.abs(joint - seedRad[k])));
        seedRad = next;
      }
      if (jump < LARGEST_JUMP) return { quatWxyz, tipFromEraser };
    } catch (error) {
      if (!(error instanceof PolicyError) || error.code !== 'UNREACHABLE') throw error;
    }
  }
  throw new Error('the arm cannot lay the eraser flat over all of the drawing');
}

/** Rubs everything between these bounds out, there and back again without lifting the eraser. */
async function erase([xMin, xMax]: [number, number], [yMin, yMax]: [number, number], board: number) {
  const strokes = Math.ceil((xMax - xMin) / STROKE) + 1;
  const line: Vec3[] = [];
  const between: Vec3[] = [];
  for (let k = 0; k < strokes; k++) {
    const x = xMin + (k * (xMax - xMin)) / (strokes - 1);
    const stroke = [0, 0.25, 0.5, 0.75, 1].map((share): Vec3 => [x, yMin + share * (yMax - yMin), board - RUB]);
    if (k % 2 === 1) stroke.reverse();
    between.push(...stroke);
    line.push(stroke[0], stroke[4]);
  }
  const { quatWxyz, tipFromEraser } = await flatHand(between);
  const tips = line.map((place) => add(place, tipFromEraser));
  await goTo(add(tips[0], [0, 0, 0.08]), quatWxyz);
  await moveBy([0, 0, -0.08]);
  await follow(tips, quatWxyz, WIPE_STEP, 0.04);
  await moveBy([0, 0, 0.08]);
}

const ink = await findInk('hexagon');
const [xs, ys] = [0, 1].map((axis) => range(ink.map((point) => point[axis])));
const board = mean(ink.map((point) => point[2]));
await erase(xs, ys, board);

const [x, y] = [(xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2];
const corners = Array.from({ length: 7 }, (_, k): Vec3 => {
  const angle = (k * Math.PI) / 3;
  return [x + SIDE * cos(angle), y + SIDE * sin(angle), board - PRESS];
});
await goTo(add(corners[0], [0, 0, 0.08]), DOWN);
await moveBy([0, 0, -0.08]);
await follow(corners, DOWN, STEP, 0.02);
await moveBy([0, 0, 0.08]);
