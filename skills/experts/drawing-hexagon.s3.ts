// Draws a hexagon with sides of 5 cm around the middle of the board, which is found by its look.
import { cos, distance, lerp, mean, median, sin, transformPoint } from 'capstan:math';

const SIDE = 0.05;
const DOWN: Quat = [0, 1, 0, 0];
/** The tip is led so far below the board: its spring turns that into a light press. */
const PRESS = 0.003;
/** Steps of the pen, one every 20 ms. */
const STEP = 0.003;

async function goTo(position: Vec3, approachM: number) {
  const way = await planMotion({ pose: { position, quatWxyz: DOWN }, approachM });
  await executePlan(way.id);
}

/** The middle and the height of the board: the largest level thing without a colour. */
async function findBoard() {
  const { width, height, depthM, colorSrgb = [], intrinsics, worldFromCamera } = await getObservation({ color: true });
  const { fx, fy, cx, cy } = intrinsics;
  const plain: Vec3[] = [];
  for (let pixel = 0; pixel < width * height; pixel++) {
    const depth = depthM[pixel];
    const [red, green, blue] = [colorSrgb[3 * pixel], colorSrgb[3 * pixel + 1], colorSrgb[3 * pixel + 2]];
    const brightest = Math.max(red, green, blue);
    if (depth === 0 || brightest - Math.min(red, green, blue) > 0.12 * brightest) continue;
    const u = pixel % width;
    const v = (pixel - u) / width;
    const point = transformPoint(worldFromCamera, [((u - cx) / fx) * depth, ((v - cy) / fy) * depth, depth]);
    // The floor is as plain, but lies far below.
    if (Math.abs(point[2]) < 0.25) plain.push(point);
  }
  const z = median(plain.map((point) => point[2]));
  const flat = plain.filter((point) => Math.abs(point[2] - z) < 0.01);
  const [[xMin, xMax], [yMin, yMax]] = [0, 1].map((axis) => range(flat.map((point) => point[axis])));
  return { x: (xMin + xMax) / 2, y: (yMin + yMax) / 2, z: mean(flat.map((point) => point[2])) };
}

/** Where a coordinate begins and ends; depth is noisy, so that the outermost points are no measure. */
function range(values: number[]): [number, number] {
  const sorted = values.slice().sort((a, b) => a - b);
  const trim = Math.floor(0.002 * sorted.length);
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

const { x, y, z } = await findBoard();
// Corners of a regular hexagon are as far from its middle as its sides are long; the last point closes it.
const corners = Array.from({ length: 7 }, (_, k): [number, number] => {
  const angle = (k * Math.PI) / 3;
  return [x + SIDE * cos(angle), y + SIDE * sin(angle)];
});
await draw(corners, z);
