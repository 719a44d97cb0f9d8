// Owns short lists of candidates: which instances a ray through a given part of the image, or toward the lamp from a
// given place, can meet at all. Must never lose one that could be met.

import { cross, mat3FromQuat, normalize, type Pose, type Vec3 } from '../spatial.ts';
import type { Intrinsics } from './camera-model.ts';
import { KIND_PLANE } from './primitives.ts';
import { POSE_SIZE, type RayScene } from './ray-scene.ts';

/** Side of a square part of the image, pixels. */
export const TILE_PIXELS = 8;
/** Cells of the lamp's grid in each direction. */
const LAMP_CELLS = 48;
/** Nearer than this along the axis a box counts as seen everywhere, metres. */
const NEAR_M = 1e-3;

/** Lists one after the other: list i is instances[starts[i] .. starts[i + 1]). */
interface Lists {
  readonly instances: Int32Array;
  readonly starts: Int32Array;
}

export interface TileLists extends Lists {
  readonly columns: number;
  readonly rows: number;
}

export interface LampLists extends Lists {
  /** Unit vectors across the light. */
  readonly acrossU: Vec3;
  readonly acrossV: Vec3;
  readonly lowU: number;
  readonly lowV: number;
  readonly cellsPerU: number;
  readonly cellsPerV: number;
  /** List for places outside the grid: only what has no bounds. */
  readonly outside: number;
}

/** Cells [fromColumn, toColumn) x [fromRow, toRow) that one instance may be seen in. */
interface CellRange {
  readonly instance: number;
  readonly fromColumn: number;
  readonly toColumn: number;
  readonly fromRow: number;
  readonly toRow: number;
}

function fillLists(ranges: readonly CellRange[], columns: number, rows: number, spare: number): Lists {
  const cells = columns * rows;
  const starts = new Int32Array(cells + spare + 1);
  const visit = (action: (range: CellRange, cell: number) => void) => {
    for (const range of ranges) {
      for (let row = range.fromRow; row < range.toRow; row++) {
        for (let column = range.fromColumn; column < range.toColumn; column++) action(range, row * columns + column);
      }
    }
  };
  visit((_, cell) => {
    starts[cell + 1]++;
  });
  for (let cell = 0; cell < starts.length - 1; cell++) starts[cell + 1] += starts[cell];
  const instances = new Int32Array(starts[cells]);
  const filled = starts.slice();
  visit((range, cell) => {
    instances[filled[cell]++] = range.instance;
  });
  return { instances, starts };
}

function corner(scene: RayScene, instance: number, which: number): Vec3 {
  const at = instance * 6;
  const local = [0, 1, 2].map((axis) => scene.localBounds[at + axis + (which & (1 << axis) ? 3 : 0)]);
  const { poses } = scene;
  const p = instance * POSE_SIZE;
  const row = (r: number) =>
    poses[p + 9 + r] + poses[p + r * 3] * local[0] + poses[p + r * 3 + 1] * local[1] + poses[p + r * 3 + 2] * local[2];
  return [row(0), row(1), row(2)];
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/** Candidates for each tile of an image, nearest first. */
export function listTiles(
  scene: RayScene,
  worldFromCamera: Pose,
  intrinsics: Intrinsics,
  width: number,
  height: number,
): TileLists {
  const columns = Math.ceil(width / TILE_PIXELS);
  const rows = Math.ceil(height / TILE_PIXELS);
  const m = mat3FromQuat(worldFromCamera.quatWxyz);
  const eye = worldFromCamera.position;
  const ranges: (CellRange & { readonly nearM: number })[] = [];
  for (let instance = 0; instance < scene.count; instance++) {
    const everywhere = { instance, fromColumn: 0, toColumn: columns, fromRow: 0, toRow: rows };
    if (scene.kinds[instance] === KIND_PLANE) {
      ranges.push({ ...everywhere, nearM: Number.POSITIVE_INFINITY });
      continue;
    }
    let lowU = Number.POSITIVE_INFINITY;
    let highU = Number.NEGATIVE_INFINITY;
    let lowV = Number.POSITIVE_INFINITY;
    let highV = Number.NEGATIVE_INFINITY;
    let nearM = Number.POSITIVE_INFINITY;
    let farM = Number.NEGATIVE_INFINITY;
    for (let which = 0; which < 8; which++) {
      const [x, y, z] = corner(scene, instance, which);
      const [dx, dy, dz] = [x - eye[0], y - eye[1], z - eye[2]];
      const depth = m[2] * dx + m[5] * dy + m[8] * dz;
      nearM = Math.min(nearM, depth);
      farM = Math.max(farM, depth);
      if (depth < NEAR_M) continue;
      const u = (intrinsics.fx * (m[0] * dx + m[3] * dy + m[6] * dz)) / depth + intrinsics.cx;
      const v = (intrinsics.fy * (m[1] * dx + m[4] * dy + m[7] * dz)) / depth + intrinsics.cy;
      lowU = Math.min(lowU, u);
      highU = Math.max(highU, u);
      lowV = Math.min(lowV, v);
      highV = Math.max(highV, v);
    }
    if (farM < 0) continue;
    if (nearM < NEAR_M) {
      ranges.push({ ...everywhere, nearM });
      continue;
    }
    // One pixel of room: samples lie up to half a pixel beside the centres.
    const fromColumn = clamp(Math.floor((lowU - 1) / TILE_PIXELS), 0, columns);
    const toColumn = clamp(Math.floor((highU + 1) / TILE_PIXELS) + 1, 0, columns);
    const fromRow = clamp(Math.floor((lowV - 1) / TILE_PIXELS), 0, rows);
    const toRow = clamp(Math.floor((highV + 1) / TILE_PIXELS) + 1, 0, rows);
    ranges.push({ instance, fromColumn, toColumn, fromRow, toRow, nearM });
  }
  ranges.sort((one, other) => (one.nearM < other.nearM ? -1 : one.nearM > other.nearM ? 1 : 0));
  return { ...fillLists(ranges, columns, rows, 0), columns, rows };
}

/** Candidates on the way to a far lamp, for each cell of a grid across the light. */
export function listTowardLamp(scene: RayScene, towardLamp: Vec3): LampLists {
  const acrossU = normalize(cross(towardLamp, Math.abs(towardLamp[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]));
  const acrossV = cross(towardLamp, acrossU);
  const spans: { instance: number; bounded: boolean; lowU: number; highU: number; lowV: number; highV: number }[] = [];
  const whole = {
    lowU: Number.POSITIVE_INFINITY,
    highU: Number.NEGATIVE_INFINITY,
    lowV: Number.POSITIVE_INFINITY,
    highV: Number.NEGATIVE_INFINITY,
  };
  for (let instance = 0; instance < scene.count; instance++) {
    const span = { instance, bounded: scene.kinds[instance] !== KIND_PLANE, ...whole };
    span.lowU = Number.POSITIVE_INFINITY;
    span.highU = Number.NEGATIVE_INFINITY;
    span.lowV = Number.POSITIVE_INFINITY;
    span.highV = Number.NEGATIVE_INFINITY;
    spans.push(span);
    if (!span.bounded) continue;
    for (let which = 0; which < 8; which++) {
      const [x, y, z] = corner(scene, instance, which);
      const u = acrossU[0] * x + acrossU[1] * y + acrossU[2] * z;
      const v = acrossV[0] * x + acrossV[1] * y + acrossV[2] * z;
      span.lowU = Math.min(span.lowU, u);
      span.highU = Math.max(span.highU, u);
      span.lowV = Math.min(span.lowV, v);
      span.highV = Math.max(span.highV, v);
    }
    whole.lowU = Math.min(whole.lowU, span.lowU);
    whole.highU = Math.max(whole.highU, span.highU);
    whole.lowV = Math.min(whole.lowV, span.lowV);
    whole.highV = Math.max(whole.highV, span.highV);
  }
  const some = whole.highU >= whole.lowU;
  const lowU = some ? whole.lowU - 1e-6 : 0;
  const lowV = some ? whole.lowV - 1e-6 : 0;
  const cellsPerU = LAMP_CELLS / (some ? whole.highU + 1e-6 - lowU : 1);
  const cellsPerV = LAMP_CELLS / (some ? whole.highV + 1e-6 - lowV : 1);
  const cell = (value: number, low: number, perUnit: number) =>
    clamp(Math.floor((value - low) * perUnit), 0, LAMP_CELLS - 1);
  const ranges: CellRange[] = spans.map((span) =>
    span.bounded
      ? {
          instance: span.instance,
          fromColumn: cell(span.lowU - 1e-9, lowU, cellsPerU),
          toColumn: cell(span.highU + 1e-9, lowU, cellsPerU) + 1,
          fromRow: cell(span.lowV - 1e-9, lowV, cellsPerV),
          toRow: cell(span.highV + 1e-9, lowV, cellsPerV) + 1,
        }
      : { instance: span.instance, fromColumn: 0, toColumn: LAMP_CELLS, fromRow: 0, toRow: LAMP_CELLS },
  );
  const inside = fillLists(ranges, LAMP_CELLS, LAMP_CELLS, 1);
  const unbounded = spans.filter((span) => !span.bounded).map((span) => span.instance);
  const instances = new Int32Array(inside.instances.length + unbounded.length);
  instances.set(inside.instances);
  instances.set(unbounded, inside.instances.length);
  const starts = inside.starts.slice();
  starts[starts.length - 1] = instances.length;
  return { instances, starts, acrossU, acrossV, lowU, lowV, cellsPerU, cellsPerV, outside: LAMP_CELLS * LAMP_CELLS };
}

/** Number of the list for a place in the world. */
export function lampCell(lists: LampLists, point: Float64Array): number {
  const x = point[0];
  const y = point[1];
  const z = point[2];
  const { acrossU, acrossV } = lists;
  const column = (acrossU[0] * x + acrossU[1] * y + acrossU[2] * z - lists.lowU) * lists.cellsPerU;
  const row = (acrossV[0] * x + acrossV[1] * y + acrossV[2] * z - lists.lowV) * lists.cellsPerV;
  if (!(column >= 0 && column < LAMP_CELLS && row >= 0 && row < LAMP_CELLS)) return lists.outside;
  return Math.floor(row) * LAMP_CELLS + Math.floor(column);
}
