// Owns how a ray meets the triangles of a hierarchy. Nothing here allocates. Must never build one, nor know of poses.
//
// Triangles are met as in T. Möller and B. Trumbore, "Fast, minimum storage ray-triangle intersection", 1997.

import { BOXES_PER_NODE, type Bvh, STACK_SIZE } from './bvh.ts';

/** Share by which a triangle is drawn wider, so that rays cannot slip between neighbours. */
const EDGE_TOLERANCE = 1e-9;

/**
 * A ray: origin xyz, direction xyz (unit length), inverse direction xyz, reach. The reach is how far the ray looks; when
 * something is met, it becomes the distance of that. Numbers travel in arrays here and not as arguments: engines put
 * single numbers on the heap when they cross a call.
 */
export type Ray = Float64Array;
export const RAY_SIZE = 10;
export const REACH = 9;

/** Where in a triangle a ray met it: weights of the second and third corner. */
export type TriangleHit = Float64Array;
export const HIT_SIZE = 2;

const stackLinks = new Int32Array(STACK_SIZE);
const stackNears = new Float64Array(STACK_SIZE);

/** 1 / direction, finite where the direction is 0, so that a slab test never meets 0 * infinity. */
export function inverseDirection(component: number): number {
  if (component > 1e-30 || component < -1e-30) return 1 / component;
  return component < 0 ? -1e30 : 1e30;
}

/**
 * The first triangle a ray meets within its reach, from either side; the reach is shortened to it.
 * @param hit filled with the weights when something is met
 * @returns the triangle's place in tree order (`triangleIds` knows its number in the mesh), or -1
 */
export function closestTriangle(bvh: Bvh, ray: Ray, hit: TriangleHit): number {
  return traverse(bvh, ray, hit, false);
}

/** Whether a ray meets any triangle within its reach. The reach is left at no particular value. */
export function meetsTriangle(bvh: Bvh, ray: Ray, hit: TriangleHit): boolean {
  return traverse(bvh, ray, hit, true) >= 0;
}

function traverse(bvh: Bvh, ray: Ray, hit: TriangleHit, anyWillDo: boolean): number {
  const { boxes, links, corners } = bvh;
  const ox = ray[0];
  const oy = ray[1];
  const oz = ray[2];
  const dx = ray[3];
  const dy = ray[4];
  const dz = ray[5];
  const ix = ray[6];
  const iy = ray[7];
  const iz = ray[8];
  // Which of a box's two planes a ray meets first depends on its direction alone.
  const nearX = ix < 0 ? 3 : 0;
  const farX = 3 - nearX;
  const nearY = iy < 0 ? 4 : 1;
  const farY = 5 - nearY;
  const nearZ = iz < 0 ? 5 : 2;
  const farZ = 7 - nearZ;
  let far = ray[REACH];
  let found = -1;
  let depth = 0;
  let link = bvh.rootLink;
  for (;;) {
    if (link >= 0) {
      const at = link * BOXES_PER_NODE;
      let near = 0;
      let away = 0;
      let leftNear = (boxes[at + nearX] - ox) * ix;
      let leftAway = (boxes[at + farX] - ox) * ix;
      near = (boxes[at + nearY] - oy) * iy;
      away = (boxes[at + farY] - oy) * iy;
      if (near > leftNear) leftNear = near;
      if (away < leftAway) leftAway = away;
      near = (boxes[at + nearZ] - oz) * iz;
      away = (boxes[at + farZ] - oz) * iz;
      if (near > leftNear) leftNear = near;
      if (away < leftAway) leftAway = away;
      let rightNear = (boxes[at + nearX + 6] - ox) * ix;
      let rightAway = (boxes[at + farX + 6] - ox) * ix;
      near = (boxes[at + nearY + 6] - oy) * iy;
      away = (boxes[at + farY + 6] - oy) * iy;
      if (near > rightNear) rightNear = near;
      if (away < rightAway) rightAway = away;
      near = (boxes[at + nearZ + 6] - oz) * iz;
      away = (boxes[at + farZ + 6] - oz) * iz;
      if (near > rightNear) rightNear = near;
      if (away < rightAway) rightAway = away;
      // The tolerance keeps rays that graze a box's very edge from being lost to rounding.
      const left = leftNear <= leftAway * 1.0000001 && leftAway >= 0 && leftNear < far;
      const right = rightNear <= rightAway * 1.0000001 && rightAway >= 0 && rightNear < far;
      if (left && right) {
        const leftFirst = leftNear <= rightNear;
        stackLinks[depth] = links[link * 2 + (leftFirst ? 1 : 0)];
        stackNears[depth] = leftFirst ? rightNear : leftNear;
        depth++;
        link = links[link * 2 + (leftFirst ? 0 : 1)];
        continue;
      }
      if (left || right) {
        link = links[link * 2 + (left ? 0 : 1)];
        continue;
      }
    } else {
      const leaf = ~link;
      const first = leaf >> 3;
      const last = first + (leaf & 7);
      for (let t = first; t < last; t++) {
        const at = t * 9;
        const ux = corners[at + 3];
        const uy = corners[at + 4];
        const uz = corners[at + 5];
        const vx = corners[at + 6];
        const vy = corners[at + 7];
        const vz = corners[at + 8];
        const px = dy * vz - dz * vy;
        const py = dz * vx - dx * vz;
        const pz = dx * vy - dy * vx;
        const determinant = ux * px + uy * py + uz * pz;
        if (determinant === 0) continue;
        const inverse = 1 / determinant;
        const sx = ox - corners[at];
        const sy = oy - corners[at + 1];
        const sz = oz - corners[at + 2];
        const u = (sx * px + sy * py + sz * pz) * inverse;
        if (!(u >= -EDGE_TOLERANCE && u <= 1 + EDGE_TOLERANCE)) continue;
        const qx = sy * uz - sz * uy;
        const qy = sz * ux - sx * uz;
        const qz = sx * uy - sy * ux;
        const v = (dx * qx + dy * qy + dz * qz) * inverse;
        if (!(v >= -EDGE_TOLERANCE && u + v <= 1 + EDGE_TOLERANCE)) continue;
        const distance = (vx * qx + vy * qy + vz * qz) * inverse;
        if (!(distance > 0 && distance < far)) continue;
        far = distance;
        found = t;
        ray[REACH] = distance;
        hit[0] = u;
        hit[1] = v;
        if (anyWillDo) return found;
      }
    }
    do {
      if (depth === 0) return found;
      depth--;
    } while (stackNears[depth] >= far);
    link = stackLinks[depth];
  }
}
