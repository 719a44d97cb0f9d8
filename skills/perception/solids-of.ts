// Owns what solid a measured thing is taken for: a box, a can, a ball, a ring, a vessel, or boxes around what was seen of
// it. What was not seen is filled down to what it stands on. Base frame, metres. Must never know words or names.

import type { PerceivedSolid, PerceivedThing } from '../../drivers/perceived-scene.ts';
import { compose, invert, type Pose, quatFromAxisAngle, rotate, transformPoint, type Vec3 } from '../../sim/spatial.ts';
import type { PerceivedObject } from './perceive-object.ts';
import type { PointCloud } from './point-cloud.ts';
import type { ShapeFeatures } from './shape-features.ts';

/** Walls of a vessel are taken to be so thick, and no bar of a ring to be thinner, metres. */
const WALL_M = 0.006;
/** An opening that shows the thing's own inside by less than this is a hole: the surface below is seen through it. */
const HAS_FLOOR = 0.6;
/** A vessel whose walls would be thicker than this has bars that stick out of it, metres. */
const THICKEST_WALL_M = 0.03;
/** Side of a cell when a thing is cut into upright boxes, metres, and how far tops of one box may differ. */
const CELL_M = 0.01;
const SAME_TOP_M = 0.008;
/** More boxes than this are not worth their time. */
const MOST_BOXES = 24;
/** Pixels on the rim of an opening count as its top: about one on each side, metres. */
const RIM_M = 0.002;
/** Half side of a square over the radius of the circle of the same area. */
const SQUARE_OF_CIRCLE = 0.8862;

type Rgb = Vec3;

/** The convex pieces of one measured thing, in the base frame. */
export function solidsOf(thing: PerceivedObject, shape: ShapeFeatures, colorSrgb: Rgb): readonly PerceivedSolid[] {
  const { form, pose, extent } = thing;
  switch (form) {
    case 'ball':
      return [{ shape: { kind: 'sphere', radiusM: extent[0] / 2 }, pose, colorSrgb }];
    case 'round':
      return [{ shape: { kind: 'cylinder', radiusM: extent[0] / 2, heightM: extent[2] }, pose, colorSrgb }];
    case 'box':
      return [{ shape: { kind: 'box', size: extent }, pose, colorSrgb }];
    case 'open':
      return openSolids(thing, shape, colorSrgb);
    case 'irregular':
      return columnsOf(thing, colorSrgb);
  }
}

/** A ring or a vessel: four walls about its opening, and a floor where one is seen. */
function openSolids({ pose, extent }: PerceivedObject, shape: ShapeFeatures, colorSrgb: Rgb): PerceivedSolid[] {
  const [centreX, centreY] = transformPoint(invert(pose), [shape.openingX, shape.openingY, pose.position[2]]);
  const half = Math.max(SQUARE_OF_CIRCLE * shape.openingRadiusM + RIM_M, WALL_M);
  const height = extent[2];
  const box = (size: Vec3, position: Vec3): PerceivedSolid => ({
    shape: { kind: 'box', size },
    pose: compose(pose, { position, quatWxyz: [1, 0, 0, 0] }),
    colorSrgb,
  });
  // Outer faces, as seen from the middle of the box around it.
  const faces = [0, 1].map((axis) => {
    const [low, high] = [-extent[axis] / 2, extent[axis] / 2];
    const centre = axis === 0 ? centreX : centreY;
    const wall = (gap: number) => Math.min(Math.max(gap, WALL_M), THICKEST_WALL_M);
    const [innerLow, innerHigh] = [centre - half, centre + half];
    return {
      innerLow,
      innerHigh,
      outerLow: innerLow - wall(innerLow - low),
      outerHigh: innerHigh + wall(high - innerHigh),
      low,
      high,
    };
  });
  const [x, y] = faces;
  const span = (from: number, to: number) => [to - from, (from + to) / 2] as const;
  const walls = [
    [x.outerLow, x.innerLow, y.outerLow, y.outerHigh],
    [x.innerHigh, x.outerHigh, y.outerLow, y.outerHigh],
    [x.innerLow, x.innerHigh, y.outerLow, y.innerLow],
    [x.innerLow, x.innerHigh, y.innerHigh, y.outerHigh],
  ].map(([x0, x1, y0, y1]) => {
    const [[sizeX, midX], [sizeY, midY]] = [span(x0, x1), span(y0, y1)];
    return box([sizeX, sizeY, height], [midX, midY, 0]);
  });
  const floor =
    shape.hollow > HAS_FLOOR
      ? [
          box(
            [2 * half, 2 * half, WALL_M],
            [(x.innerLow + x.innerHigh) / 2, (y.innerLow + y.innerHigh) / 2, WALL_M / 2 - height / 2],
          ),
        ]
      : [];
  return [...walls, ...floor];
}

/** Upright boxes under what was seen of a thing, from above. */
export function columnsOf({ cloud, pose, extent }: PerceivedObject, colorSrgb: Rgb): PerceivedSolid[] {
  const bottomM = pose.position[2] - extent[2] / 2;
  const rows = topsByCell(cloud, pose);
  const runs: { x0: number; x1: number; y0: number; y1: number; top: number }[] = [];
  for (const [y, row] of [...rows].sort((a, b) => a[0] - b[0])) {
    const cells = [...row].sort((a, b) => a[0] - b[0]);
    let open: { x0: number; x1: number; top: number } | undefined;
    const close = () => {
      if (open === undefined) return;
      const { x0, x1, top } = open;
      const under = runs.find(
        (run) => run.y1 === y - 1 && run.x0 === x0 && run.x1 === x1 && Math.abs(run.top - top) < SAME_TOP_M,
      );
      if (under === undefined) runs.push({ x0, x1, y0: y, y1: y, top });
      else under.y1 = y;
    };
    for (const [x, top] of cells) {
      if (open !== undefined && x === open.x1 + 1 && Math.abs(top - open.top) < SAME_TOP_M) {
        open = { ...open, x1: x };
        continue;
      }
      close();
      open = { x0: x, x1: x, top };
    }
    close();
  }
  const boxes = runs
    .map(({ x0, x1, y0, y1, top }): PerceivedSolid => {
      const size: Vec3 = [(x1 - x0 + 1) * CELL_M, (y1 - y0 + 1) * CELL_M, Math.max(top - bottomM, WALL_M)];
      const [x, y] = [((x0 + x1 + 1) * CELL_M) / 2, ((y0 + y1 + 1) * CELL_M) / 2];
      const [ax, ay] = rotate(pose.quatWxyz, [x, y, 0]);
      const position: Vec3 = [pose.position[0] + ax, pose.position[1] + ay, bottomM + size[2] / 2];
      return { shape: { kind: 'box', size }, pose: { position, quatWxyz: pose.quatWxyz }, colorSrgb };
    })
    .sort((a, b) => volumeOf(b) - volumeOf(a))
    .slice(0, MOST_BOXES);
  return boxes.length > 0 ? boxes : [{ shape: { kind: 'box', size: extent }, pose, colorSrgb }];
}

/** Heights of the highest points per cell of the thing's own axes, seen from above: row, then column. */
function topsByCell({ count, positions }: PointCloud, pose: Pose): Map<number, Map<number, number>> {
  const fromWorld = invert(pose);
  const rows = new Map<number, Map<number, number>>();
  for (let i = 0; i < count; i++) {
    const point: Vec3 = [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
    const [x, y] = transformPoint(fromWorld, point);
    const [column, line] = [Math.floor(x / CELL_M), Math.floor(y / CELL_M)];
    const row = rows.get(line) ?? new Map<number, number>();
    rows.set(line, row);
    row.set(column, Math.max(row.get(column) ?? Number.NEGATIVE_INFINITY, point[2]));
  }
  return rows;
}

function volumeOf({ shape }: PerceivedSolid): number {
  return shape.kind === 'box' ? shape.size[0] * shape.size[1] * shape.size[2] : 0;
}

/** The upright box around several pieces, along the axes of the first. */
export function boxAround(solids: readonly PerceivedSolid[]): Pick<PerceivedThing, 'pose' | 'size'> {
  const { quatWxyz } = solids[0].pose;
  const yawed: Pose = { position: [0, 0, 0], quatWxyz: uprightTurn(quatWxyz) };
  const fromWorld = invert(yawed);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const { shape, pose } of solids) {
    const half = halfSizeOf(shape);
    const local = compose(fromWorld, pose);
    for (const sx of [-1, 1]) {
      for (const sy of [-1, 1]) {
        for (const sz of [-1, 1]) {
          const corner = transformPoint(local, [sx * half[0], sy * half[1], sz * half[2]]);
          for (let axis = 0; axis < 3; axis++) {
            low[axis] = Math.min(low[axis], corner[axis]);
            high[axis] = Math.max(high[axis], corner[axis]);
          }
        }
      }
    }
  }
  const middle: Vec3 = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2];
  return {
    pose: { position: rotate(yawed.quatWxyz, middle), quatWxyz: yawed.quatWxyz },
    size: [high[0] - low[0], high[1] - low[1], high[2] - low[2]],
  };
}

/** The part of a turn that is about the vertical. */
function uprightTurn([w, , , z]: Pose['quatWxyz']): Pose['quatWxyz'] {
  const length = Math.sqrt(w * w + z * z);
  return length < 1e-9 ? quatFromAxisAngle([0, 0, 1], 0) : [w / length, 0, 0, z / length];
}

function halfSizeOf(shape: PerceivedSolid['shape']): Vec3 {
  switch (shape.kind) {
    case 'box':
      return [shape.size[0] / 2, shape.size[1] / 2, shape.size[2] / 2];
    case 'cylinder':
      return [shape.radiusM, shape.radiusM, shape.heightM / 2];
    case 'sphere':
      return [shape.radiusM, shape.radiusM, shape.radiusM];
  }
}
