// Owns what stands in the way as far as one look shows it: upright boxes around everything above the furniture that is
// neither the robot nor a thing already known. Coarse on purpose: it is for going around, not for grasping.
//
// Frames and units: metres in the base frame of arm 0.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import type { BodyBall } from '../../sim/robots/panda/body-balls.ts';
import { add, invert, type Pose, quatFromAxisAngle, rotate, transformPoint, type Vec3 } from '../../sim/spatial.ts';
import { smallestRectangle } from './rectangle-fit.ts';

/** A box with a pose: full side lengths, metres. */
export interface SolidBox {
  readonly pose: Pose;
  readonly size: Vec3;
}

/** Every so many pixels in each direction are looked at. */
const STRIDE = 2;
/** Points lower than this above the furniture are its surface and the noise on it, metres. */
const ABOVE_M = 0.012;
/** Side of a cell of the map seen from above, metres: points of one thing are closer than that. */
const CELL_M = 0.01;
/** Points a cell and a cluster need to be more than noise. */
const POINTS_PER_CELL = 2;
const POINTS_PER_CLUSTER = 14;
/** Known things are taken out with this much around them, metres. */
const KNOWN_MARGIN_M = 0.012;
/** Nothing of a thing that stands is seen lower than this above what it stands on: then it floats, metres. */
const FLOATS_M = 0.05;
/** A box that is less filled than this, seen from above, and longer than this, metres, is cut in two; so many times. */
const LEAST_FILLED = 0.6;
const LARGEST_UNCUT_M = 0.1;
const MOST_CUTS = 3;
/** Share of the points outside each side of a box, for flying pixels. */
const TRIM = 0.02;

/** Points of a look that stand on the furniture, x, y, z and the height of the furniture under them, in rows of 4. */
export function pointsAboveFurniture(
  observation: Observation,
  furniture: readonly SolidBox[],
  robot: readonly BodyBall[],
): Float64Array {
  const { width, height, depthM, intrinsics, worldFromCamera } = observation;
  const { fx, fy, cx, cy } = intrinsics;
  const [ax, ay, az] = [0, 1, 2].map((axis) =>
    rotate(worldFromCamera.quatWxyz, [Number(axis === 0), Number(axis === 1), Number(axis === 2)]),
  );
  const [ox, oy, oz] = worldFromCamera.position;
  const tops = furniture.map((box) => ({ fromWorld: invert(box.pose), size: box.size }));
  const rows: number[] = [];
  for (let v = 0; v < height; v += STRIDE) {
    for (let u = 0; u < width; u += STRIDE) {
      const z = depthM[v * width + u];
      if (!(z > 0)) continue;
      const px = ((u - cx) * z) / fx;
      const py = ((v - cy) * z) / fy;
      const point: Vec3 = [
        ax[0] * px + ay[0] * py + az[0] * z + ox,
        ax[1] * px + ay[1] * py + az[1] * z + oy,
        ax[2] * px + ay[2] * py + az[2] * z + oz,
      ];
      let under = Number.NEGATIVE_INFINITY;
      for (const { fromWorld, size } of tops) {
        const local = transformPoint(fromWorld, point);
        if (Math.abs(local[0]) > size[0] / 2 || Math.abs(local[1]) > size[1] / 2) continue;
        under = Math.max(under, point[2] - local[2] + size[2] / 2);
      }
      if (under === Number.NEGATIVE_INFINITY || point[2] < under + ABOVE_M) continue;
      if (robot.some((ball) => isInBall(point, ball))) continue;
      rows.push(point[0], point[1], point[2], under);
    }
  }
  return Float64Array.from(rows);
}

/** Boxes around the points that belong to none of the known things. */
export function obstaclesAmong(points: Float64Array, known: readonly SolidBox[]): SolidBox[] {
  const out = known.map(({ pose, size }) => ({ fromWorld: invert(pose), size }));
  const cells = new Map<string, number[]>();
  for (let at = 0; at < points.length; at += 4) {
    const point: Vec3 = [points[at], points[at + 1], points[at + 2]];
    if (out.some(({ fromWorld, size }) => isInside(transformPoint(fromWorld, point), size))) continue;
    const key = `${Math.floor(point[0] / CELL_M)}/${Math.floor(point[1] / CELL_M)}`;
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, [at]);
    else cell.push(at);
  }
  for (const [key, members] of cells) if (members.length < POINTS_PER_CELL) cells.delete(key);
  const boxes: SolidBox[] = [];
  const seen = new Set<string>();
  for (const start of cells.keys()) {
    if (seen.has(start)) continue;
    const members: number[] = [];
    const open = [start];
    seen.add(start);
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      members.push(...(cells.get(key) ?? []));
      const [column, row] = key.split('/').map(Number);
      for (let dx = -1; dx <= 1; dx++) {
        for (let dy = -1; dy <= 1; dy++) {
          const next = `${column + dx}/${row + dy}`;
          if (!cells.has(next) || seen.has(next)) continue;
          seen.add(next);
          open.push(next);
        }
      }
    }
    if (members.length < POINTS_PER_CLUSTER) continue;
    boxes.push(...boxesAround(points, members, MOST_CUTS));
  }
  return boxes;
}

/** One box around a cluster, or several where one would be mostly empty: a pot with its handles is no block. */
function boxesAround(points: Float64Array, members: readonly number[], cuts: number): SolidBox[] {
  if (members.length < POINTS_PER_CLUSTER) return [];
  const box = boxAround(points, members);
  if (box === undefined) return [];
  const long = box.size[0] >= box.size[1] ? 0 : 1;
  const filled = new Set(
    members.map((at) => `${Math.floor(points[at] / CELL_M)}/${Math.floor(points[at + 1] / CELL_M)}`),
  );
  const isFull = filled.size * CELL_M * CELL_M > LEAST_FILLED * box.size[0] * box.size[1];
  if (cuts === 0 || isFull || box.size[long] < LARGEST_UNCUT_M) return [box];
  const fromWorld = invert(box.pose);
  const isFirst = (at: number) => transformPoint(fromWorld, [points[at], points[at + 1], points[at + 2]])[long] < 0;
  const halves = [members.filter(isFirst), members.filter((at) => !isFirst(at))];
  return halves.flatMap((half) => boxesAround(points, half, cuts - 1));
}

function boxAround(points: Float64Array, members: readonly number[]): SolidBox | undefined {
  const rectangle = smallestRectangle(
    members.map((at) => points[at]),
    members.map((at) => points[at + 1]),
    TRIM,
  );
  if (rectangle === undefined) return undefined;
  const heights = members.map((at) => points[at + 2]).sort((a, b) => a - b);
  const lowest = Math.min(...members.map((at) => points[at + 2] - points[at + 3]));
  // What floats stands on nothing: it is the robot, or a pixel between the robot and the table.
  if (lowest > FLOATS_M) return undefined;
  const top = heights[Math.floor((heights.length - 1) * (1 - TRIM))];
  const bottom = Math.max(...members.map((at) => points[at + 3]));
  const { x, y, yawRad, sizeX, sizeY } = rectangle;
  return {
    pose: { position: [x, y, (top + bottom) / 2], quatWxyz: quatFromAxisAngle([0, 0, 1], yawRad) },
    size: [Math.max(sizeX, CELL_M), Math.max(sizeY, CELL_M), Math.max(top - bottom, CELL_M)],
  };
}

/**
 * Whether a look proves that a box is not where it was: what should show it shows something behind it instead.
 * @returns false also where the look cannot say
 */
export function isSeenThrough(observation: Observation, box: SolidBox): boolean {
  const { width, height, depthM, intrinsics, worldFromCamera } = observation;
  const cameraFromWorld = invert(worldFromCamera);
  let through = 0;
  let asked = 0;
  for (const [dx, dy, dz] of [
    [0, 0, 0.5],
    [0.3, 0.3, 0.5],
    [-0.3, 0.3, 0.5],
    [0.3, -0.3, 0.5],
    [-0.3, -0.3, 0.5],
  ]) {
    const offset: Vec3 = [dx * box.size[0], dy * box.size[1], dz * box.size[2]];
    const point = transformPoint(cameraFromWorld, add(box.pose.position, rotate(box.pose.quatWxyz, offset)));
    const u = Math.round((intrinsics.fx * point[0]) / point[2] + intrinsics.cx);
    const v = Math.round((intrinsics.fy * point[1]) / point[2] + intrinsics.cy);
    if (!(point[2] > 0) || u < 0 || v < 0 || u >= width || v >= height) continue;
    const depth = depthM[v * width + u];
    if (!(depth > 0)) continue;
    asked += 1;
    if (depth > point[2] + SEEN_THROUGH_M) through += 1;
  }
  return asked > 0 && 2 * through > asked;
}

/** Points that a fallen thing's top shows at least, and the share of its height by which it rises above the furniture. */
const POINTS_OF_TOP = 6;
const LEAST_RISE = 0.6;

/**
 * Where an upright thing is that was let go above here, if something as high as it lies straight below.
 * @param points as pointsAboveFurniture gives them
 * @returns undefined where nothing does
 */
export function fallenOnto(points: Float64Array, { pose, size }: SolidBox): SolidBox | undefined {
  const [x, y, z] = pose.position;
  const radius = Math.min(size[0], size[1]) / 3;
  const below: { readonly height: number; readonly under: number }[] = [];
  for (let at = 0; at < points.length; at += 4) {
    const [dx, dy] = [points[at] - x, points[at + 1] - y];
    if (dx * dx + dy * dy > radius * radius || points[at + 2] > z + size[2] / 2) continue;
    below.push({ height: points[at + 2], under: points[at + 3] });
  }
  if (below.length < POINTS_OF_TOP) return undefined;
  const { height, under } = below.sort((a, b) => a.height - b.height)[Math.floor(below.length / 2)];
  if (height - under < LEAST_RISE * size[2]) return undefined;
  return { pose: { ...pose, position: [x, y, height - size[2] / 2] }, size };
}

/** Depth beyond a surface from which the surface cannot be there, metres. */
const SEEN_THROUGH_M = 0.015;

/** Shares of both boxes that lie in each other when they are one thing: of one in a bowl, most of the bowl does not. */
const SAME_BOX = 0.55;
const SAMPLES = [-0.4, -0.2, 0, 0.2, 0.4];

/** Whether two boxes are two measurements of one thing: most of each lies in the other. */
export function isSameBox(a: SolidBox, b: SolidBox): boolean {
  return shareInside(a, b) > SAME_BOX && shareInside(b, a) > SAME_BOX;
}

/** Share of a box that lies in another one, from points spread evenly in it. */
function shareInside({ pose, size }: SolidBox, other: SolidBox): number {
  const fromWorld = invert(other.pose);
  let inside = 0;
  for (const dx of SAMPLES) {
    for (const dy of SAMPLES) {
      for (const dz of SAMPLES) {
        const local = transformPoint(fromWorld, transformPoint(pose, [dx * size[0], dy * size[1], dz * size[2]]));
        if (local.every((value, axis) => Math.abs(value) <= other.size[axis] / 2)) inside++;
      }
    }
  }
  return inside / SAMPLES.length ** 3;
}

/** Whether a point belongs to a part of the robot. */
export function isInBall([x, y, z]: Vec3, { centre, radiusM }: BodyBall): boolean {
  const [dx, dy, dz] = [x - centre[0], y - centre[1], z - centre[2]];
  return dx * dx + dy * dy + dz * dz < radiusM * radiusM;
}

function isInside(local: Vec3, size: Vec3): boolean {
  return local.every((value, axis) => Math.abs(value) < size[axis] / 2 + KNOWN_MARGIN_M);
}
