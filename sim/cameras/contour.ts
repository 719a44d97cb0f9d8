// Owns turning a solid (solids.ts) into a closed triangle mesh that keeps its sharp edges. Must never know what the
// solid is.
//
// Dual contouring: one vertex per grid cell that the surface crosses, placed where the tangent planes of the crossings
// meet (T. Ju et al., "Dual contouring of Hermite data", 2002).

import type { Vec3 } from '../spatial.ts';
import { gradient, withSurfaceNormals } from './contour-normals.ts';
import type { Bounds, TriangleMesh } from './mesh.ts';
import type { Solid } from './solids.ts';

/** Cells per side of a block that is skipped when the surface is far away. */
const BLOCK = 4;
/** Crossings whose normals differ from their mean by more than 32 degrees show an edge. */
const EDGE_COSINE = 0.848048096156426;
/** An edge's vertex this near to the surface, in cells, may stand as far outside its cell as the second figure says. */
const EDGE_TRUST = 0.05;
const EDGE_SLACK = 0.4;
/** Pull of an edge's vertex toward the middle of its crossings, which keeps it in place along the edge. */
const MIDDLE_PULL = 0.02;

/**
 * Triangles of a solid's surface.
 * @param bounds box that holds the solid whole, metres
 * @param cellM side of a grid cell, metres: the size of the triangles; thinner walls are lost
 * @throws RangeError when the solid reaches out of the box
 */
export function contour(solid: Solid, bounds: Bounds, cellM: number): TriangleMesh {
  const grid = sampleGrid(solid, bounds, cellM);
  const crossings = findCrossings(solid, grid);
  const cells = placeVertices(solid, grid, crossings);
  return faceMesh(solid, grid, crossings, cells);
}

interface Grid {
  readonly origin: Vec3;
  readonly cellM: number;
  /** Points along each axis. */
  readonly points: readonly [number, number, number];
  /** Distance at every point that matters, NaN elsewhere. */
  readonly values: Float64Array;
}

function sampleGrid(solid: Solid, bounds: Bounds, cellM: number): Grid {
  const blocks = [0, 1, 2].map((axis) =>
    Math.ceil((bounds.max[axis] - bounds.min[axis] + 2 * cellM) / (BLOCK * cellM)),
  );
  const points = [blocks[0] * BLOCK + 1, blocks[1] * BLOCK + 1, blocks[2] * BLOCK + 1] as const;
  // The grid stands off round numbers: flat faces then cross its edges instead of running along them.
  const shift = cellM * 0.123;
  const origin: Vec3 = [bounds.min[0] - cellM + shift, bounds.min[1] - cellM + shift, bounds.min[2] - cellM + shift];
  const values = new Float64Array(points[0] * points[1] * points[2]).fill(Number.NaN);
  const half = (BLOCK * cellM) / 2;
  const reach = half * Math.sqrt(3) + cellM;
  for (let bz = 0; bz < blocks[2]; bz++) {
    for (let by = 0; by < blocks[1]; by++) {
      for (let bx = 0; bx < blocks[0]; bx++) {
        const middle = solid(
          origin[0] + bx * BLOCK * cellM + half,
          origin[1] + by * BLOCK * cellM + half,
          origin[2] + bz * BLOCK * cellM + half,
        );
        if (Math.abs(middle) > reach) continue;
        for (let z = bz * BLOCK; z <= (bz + 1) * BLOCK; z++) {
          for (let y = by * BLOCK; y <= (by + 1) * BLOCK; y++) {
            for (let x = bx * BLOCK; x <= (bx + 1) * BLOCK; x++) {
              const at = (z * points[1] + y) * points[0] + x;
              if (!Number.isNaN(values[at])) continue;
              const value = solid(origin[0] + x * cellM, origin[1] + y * cellM, origin[2] + z * cellM);
              values[at] = value;
              const onBorder =
                x === 0 || y === 0 || z === 0 || x === points[0] - 1 || y === points[1] - 1 || z === points[2] - 1;
              if (onBorder && value < 0) throw new RangeError('the solid reaches out of the box given for it');
            }
          }
        }
      }
    }
  }
  return { origin, cellM, points, values };
}

interface Crossings {
  /** Grid edge (point number * 3 + axis) to the place of its crossing in the lists, -1 for none. */
  readonly ofEdge: Int32Array;
  readonly edges: readonly number[];
  /** Three numbers per crossing. */
  readonly places: Float64Array;
  readonly normals: Float64Array;
}

function findCrossings(solid: Solid, { origin, cellM, points, values }: Grid): Crossings {
  const ofEdge = new Int32Array(values.length * 3).fill(-1);
  const edges: number[] = [];
  const places: number[] = [];
  const normals: number[] = [];
  const strides = [1, points[0], points[0] * points[1]];
  const normal = new Float64Array(3);
  for (let at = 0; at < values.length; at++) {
    const here = values[at];
    if (Number.isNaN(here)) continue;
    const x = at % points[0];
    const y = Math.floor(at / points[0]) % points[1];
    const z = Math.floor(at / strides[2]);
    const index = [x, y, z];
    for (let axis = 0; axis < 3; axis++) {
      if (index[axis] === points[axis] - 1) continue;
      const there = values[at + strides[axis]];
      if (Number.isNaN(there) || here < 0 === there < 0) continue;
      const place: [number, number, number] = [origin[0] + x * cellM, origin[1] + y * cellM, origin[2] + z * cellM];
      place[axis] += cellM * crossingShare(solid, place, axis, cellM, here, there);
      gradient(solid, place[0], place[1], place[2], normal);
      ofEdge[at * 3 + axis] = edges.length;
      edges.push(at * 3 + axis);
      places.push(...place);
      normals.push(normal[0], normal[1], normal[2]);
    }
  }
  return { ofEdge, edges, places: Float64Array.from(places), normals: Float64Array.from(normals) };
}

/** Where along a grid edge, 0..1, the distance is zero: by bisection with secants (Illinois method). */
function crossingShare(solid: Solid, from: Vec3, axis: number, cellM: number, here: number, there: number): number {
  let low = 0;
  let high = 1;
  let lowValue = here;
  let highValue = there;
  let share = 0.5;
  for (let i = 0; i < 16; i++) {
    share = low + ((high - low) * lowValue) / (lowValue - highValue);
    const value = solid(
      from[0] + (axis === 0 ? share * cellM : 0),
      from[1] + (axis === 1 ? share * cellM : 0),
      from[2] + (axis === 2 ? share * cellM : 0),
    );
    if (Math.abs(value) < 1e-7) break;
    if (value < 0 === lowValue < 0) {
      low = share;
      lowValue = value;
      highValue /= 2;
    } else {
      high = share;
      highValue = value;
      lowValue /= 2;
    }
  }
  return share;
}

interface Cells {
  /** Cell (number of its lowest point) to its vertex, -1 for none. */
  readonly vertexOf: Int32Array;
  readonly positions: Float64Array;
}

/** The twelve edges of a cell: steps to the point each starts at, as bits along x, y and z, and its axis. */
const CELL_EDGES: readonly (readonly [number, number])[] = [
  [0, 0],
  [2, 0],
  [4, 0],
  [6, 0],
  [0, 1],
  [1, 1],
  [4, 1],
  [5, 1],
  [0, 2],
  [1, 2],
  [2, 2],
  [3, 2],
];

function placeVertices(solid: Solid, grid: Grid, crossings: Crossings): Cells {
  const strides = [1, grid.points[0], grid.points[0] * grid.points[1]];
  const vertexOf = new Int32Array(grid.values.length).fill(-1);
  const cells: number[] = [];
  for (const edge of crossings.edges) {
    const at = Math.floor(edge / 3);
    const one = strides[((edge % 3) + 1) % 3];
    const other = strides[((edge % 3) + 2) % 3];
    for (const cell of [at, at - one, at - other, at - one - other]) {
      if (vertexOf[cell] >= 0) continue;
      vertexOf[cell] = cells.length;
      cells.push(cell);
    }
  }
  const edgeSteps = CELL_EDGES.map(
    ([bits, axis]) => ((bits & 1) * strides[0] + ((bits >> 1) & 1) * strides[1] + (bits >> 2) * strides[2]) * 3 + axis,
  );
  const positions = new Float64Array(cells.length * 3);
  const around: number[] = [];
  cells.forEach((cell, vertex) => {
    around.length = 0;
    for (const step of edgeSteps) {
      const crossing = crossings.ofEdge[cell * 3 + step];
      if (crossing >= 0) around.push(crossing);
    }
    positions.set(placeVertex(solid, grid, crossings, cell, around), vertex * 3);
  });
  return { vertexOf, positions };
}

/** A cell's vertex: on the edge or corner that its crossings show, else on the smooth surface amid them. */
function placeVertex(solid: Solid, grid: Grid, crossings: Crossings, cell: number, list: readonly number[]): Vec3 {
  const { places, normals } = crossings;
  const middle: [number, number, number] = [0, 0, 0];
  const mean = [0, 0, 0];
  for (const crossing of list) {
    for (let axis = 0; axis < 3; axis++) {
      middle[axis] += places[crossing * 3 + axis] / list.length;
      mean[axis] += normals[crossing * 3 + axis];
    }
  }
  const length = Math.sqrt(mean[0] * mean[0] + mean[1] * mean[1] + mean[2] * mean[2]);
  const smooth = list.every((crossing) => {
    const at = crossing * 3;
    return normals[at] * mean[0] + normals[at + 1] * mean[1] + normals[at + 2] * mean[2] > EDGE_COSINE * length;
  });
  const { origin, cellM, points } = grid;
  const low = [
    origin[0] + (cell % points[0]) * cellM,
    origin[1] + (Math.floor(cell / points[0]) % points[1]) * cellM,
    origin[2] + Math.floor(cell / (points[0] * points[1])) * cellM,
  ];
  // A vertex far outside its cell would fold the mesh over; a little outside may be right on an edge.
  const within = (place: Vec3, slackM: number) =>
    place.every((value, axis) => value >= low[axis] - slackM && value <= low[axis] + cellM + slackM);
  if (!smooth) {
    const meeting = meetingPoint(middle, crossings, list);
    const onEdge = Math.abs(solid(meeting[0], meeting[1], meeting[2])) < EDGE_TRUST * cellM;
    if (within(meeting, onEdge ? EDGE_SLACK * cellM : 0)) return meeting;
  }
  const settled = ontoSurface(solid, middle);
  return within(settled, 0) ? settled : middle;
}

const slope = new Float64Array(3);

/** Two steps along the solid's gradient. */
function ontoSurface(solid: Solid, [x, y, z]: Vec3): Vec3 {
  let place: Vec3 = [x, y, z];
  for (let i = 0; i < 2; i++) {
    const distance = solid(place[0], place[1], place[2]);
    gradient(solid, place[0], place[1], place[2], slope);
    place = [place[0] - distance * slope[0], place[1] - distance * slope[1], place[2] - distance * slope[2]];
  }
  return place;
}

/** The point nearest to all tangent planes of the crossings, pulled a little toward their middle. */
function meetingPoint(middle: Vec3, { places, normals }: Crossings, list: readonly number[]): [number, number, number] {
  // Normal equations of sum (n . (x - p))^2 + pull |x - middle|^2, with x counted from the middle.
  const pull = MIDDLE_PULL * list.length;
  let [xx, xy, xz, yy, yz, zz] = [pull, 0, 0, pull, 0, pull];
  let [bx, by, bz] = [0, 0, 0];
  for (const crossing of list) {
    const at = crossing * 3;
    const [nx, ny, nz] = [normals[at], normals[at + 1], normals[at + 2]];
    const offset =
      nx * (places[at] - middle[0]) + ny * (places[at + 1] - middle[1]) + nz * (places[at + 2] - middle[2]);
    xx += nx * nx;
    xy += nx * ny;
    xz += nx * nz;
    yy += ny * ny;
    yz += ny * nz;
    zz += nz * nz;
    bx += nx * offset;
    by += ny * offset;
    bz += nz * offset;
  }
  const cxx = yy * zz - yz * yz;
  const cxy = xz * yz - xy * zz;
  const cxz = xy * yz - xz * yy;
  const determinant = xx * cxx + xy * cxy + xz * cxz;
  return [
    middle[0] + (cxx * bx + cxy * by + cxz * bz) / determinant,
    middle[1] + (cxy * bx + (xx * zz - xz * xz) * by + (xy * xz - xx * yz) * bz) / determinant,
    middle[2] + (cxz * bx + (xy * xz - xx * yz) * by + (xx * yy - xy * xy) * bz) / determinant,
  ];
}

function faceMesh(solid: Solid, grid: Grid, crossings: Crossings, { vertexOf, positions }: Cells): TriangleMesh {
  const { points, values } = grid;
  const strides = [1, points[0], points[0] * points[1]];
  const triangles: number[] = [];
  for (const edge of crossings.edges) {
    const at = Math.floor(edge / 3);
    const axis = edge % 3;
    const one = strides[(axis + 1) % 3];
    const other = strides[(axis + 2) % 3];
    const quad = [at - one - other, at - other, at, at - one].map((cell) => vertexOf[cell]);
    if (values[at] >= 0) quad.reverse();
    addQuad(positions, quad, triangles);
  }
  return withSurfaceNormals(solid, positions, triangles);
}

/** Cuts a quad along its shorter diagonal; vertices that coincide leave no triangle. */
function addQuad(positions: Float64Array, [a, b, c, d]: readonly number[], triangles: number[]): void {
  const straight = squareBetween(positions, a, c) <= squareBetween(positions, b, d);
  if (straight) triangles.push(a, b, c, a, c, d);
  else triangles.push(a, b, d, b, c, d);
}

function squareBetween(p: Float64Array, a: number, b: number): number {
  const x = p[a * 3] - p[b * 3];
  const y = p[a * 3 + 1] - p[b * 3 + 1];
  const z = p[a * 3 + 2] - p[b * 3 + 2];
  return x * x + y * y + z * z;
}
