import { describe, expect, it } from 'vitest';
import { type Bvh, buildBvh } from '../../sim/cameras/bvh.ts';
import {
  closestTriangle,
  HIT_SIZE,
  inverseDirection,
  meetsTriangle,
  RAY_SIZE,
  REACH,
} from '../../sim/cameras/bvh-traversal.ts';
import { createRandomStream, type RandomStream } from '../../sim/random.ts';
import { cross, dot, normalize, scale, subtract, type Vec3 } from '../../sim/spatial.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

interface Triangles {
  readonly positions: Float32Array;
  readonly indices: Uint32Array;
}

function loose(corners: readonly number[]): Triangles {
  return {
    positions: Float32Array.from(corners),
    indices: Uint32Array.from(corners.map((_, i) => i)).slice(0, corners.length / 3),
  };
}

function randomTriangles(random: RandomStream, count: number, size: number): Triangles {
  const corners: number[] = [];
  for (let t = 0; t < count; t++) {
    const centre = [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)];
    for (let k = 0; k < 9; k++) corners.push(centre[k % 3] + random.uniform(-size, size));
  }
  return loose(corners);
}

function rayFrom(origin: Vec3, direction: Vec3, reach = Number.POSITIVE_INFINITY): Float64Array {
  const ray = new Float64Array(RAY_SIZE);
  const unit = normalize(direction);
  for (let axis = 0; axis < 3; axis++) {
    ray[axis] = origin[axis];
    ray[3 + axis] = unit[axis];
    ray[6 + axis] = inverseDirection(unit[axis]);
  }
  ray[REACH] = reach;
  return ray;
}

function corner({ positions, indices }: Triangles, triangle: number, k: number): Vec3 {
  const at = indices[triangle * 3 + k] * 3;
  return [positions[at], positions[at + 1], positions[at + 2]];
}

/** Distance by another road than the camera's: plane first, then the side of each edge. */
function distanceTo(triangles: Triangles, triangle: number, ray: Float64Array): number {
  const [a, b, c] = [0, 1, 2].map((k) => corner(triangles, triangle, k));
  const origin: Vec3 = [ray[0], ray[1], ray[2]];
  const direction: Vec3 = [ray[3], ray[4], ray[5]];
  const normal = cross(subtract(b, a), subtract(c, a));
  const along = dot(normal, direction);
  if (along === 0) return Number.POSITIVE_INFINITY;
  const distance = dot(normal, subtract(a, origin)) / along;
  if (!(distance > 0)) return Number.POSITIVE_INFINITY;
  const point: Vec3 = [0, 1, 2].map((axis) => origin[axis] + distance * direction[axis]) as unknown as Vec3;
  for (const [from, to] of [
    [a, b],
    [b, c],
    [c, a],
  ]) {
    if (dot(cross(subtract(to, from), subtract(point, from)), normal) < 0) return Number.POSITIVE_INFINITY;
  }
  return distance;
}

function bruteForce(triangles: Triangles, ray: Float64Array): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let t = 0; t < triangles.indices.length / 3; t++) nearest = Math.min(nearest, distanceTo(triangles, t, ray));
  return nearest;
}

function expectSame(triangles: Triangles, bvh: Bvh, ray: Float64Array): void {
  const hit = new Float64Array(HIT_SIZE);
  const wanted = bruteForce(triangles, ray);
  const reach = ray[REACH];
  const searching = ray.slice();
  const found = closestTriangle(bvh, searching, hit);
  if (!(wanted < reach)) {
    expect(found).toBe(-1);
    expect(searching[REACH]).toBe(reach);
    expect(meetsTriangle(bvh, ray.slice(), hit)).toBe(false);
    return;
  }
  expect(searching[REACH]).toBeCloseTo(wanted, 7);
  expect(meetsTriangle(bvh, ray.slice(), new Float64Array(HIT_SIZE))).toBe(true);
  const triangle = bvh.triangleIds[found];
  expect(distanceTo(triangles, triangle, ray)).toBeCloseTo(wanted, 7);
  // The weights lead to the same point.
  const [a, b, c] = [0, 1, 2].map((k) => corner(triangles, triangle, k));
  for (let axis = 0; axis < 3; axis++) {
    const point = a[axis] + hit[0] * (b[axis] - a[axis]) + hit[1] * (c[axis] - a[axis]);
    expect(point).toBeCloseTo(ray[axis] + searching[REACH] * ray[3 + axis], 7);
  }
}

describe('the hierarchy of triangles', () => {
  it('answers as a search through all triangles does, for random meshes and rays', () => {
    const random = createRandomStream(seed, 'bvh');
    for (const [count, size] of [
      [1, 0.5],
      [7, 0.5],
      [60, 0.3],
      [700, 0.12],
    ]) {
      const triangles = randomTriangles(random, count, size);
      const bvh = buildBvh(triangles.positions, triangles.indices);
      for (let i = 0; i < 250; i++) {
        const origin: Vec3 = [random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(-2, 2)];
        const aim: Vec3 = [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)];
        expectSame(triangles, bvh, rayFrom(origin, subtract(aim, origin)));
      }
    }
  });

  it('keeps to the reach of the ray', () => {
    const random = createRandomStream(seed, 'bvh-reach');
    const triangles = randomTriangles(random, 200, 0.3);
    const bvh = buildBvh(triangles.positions, triangles.indices);
    for (let i = 0; i < 200; i++) {
      const origin: Vec3 = [random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(-2, 2)];
      expectSame(triangles, bvh, rayFrom(origin, scale(origin, -1), random.uniform(0.1, 3)));
    }
  });

  it('meets flat meshes with rays along the axes', () => {
    const corners: number[] = [];
    for (let x = 0; x < 8; x++) {
      for (let y = 0; y < 8; y++) {
        corners.push(x, y, 0.5, x + 1, y, 0.5, x, y + 1, 0.5, x + 1, y, 0.5, x + 1, y + 1, 0.5, x, y + 1, 0.5);
      }
    }
    const triangles = loose(corners);
    const bvh = buildBvh(triangles.positions, triangles.indices);
    const random = createRandomStream(seed, 'bvh-flat');
    for (let i = 0; i < 300; i++) {
      const [x, y] = [random.uniform(0, 8), random.uniform(0, 8)];
      expectSame(triangles, bvh, rayFrom([x, y, 3], [0, 0, -1]));
      expect(closestTriangle(bvh, rayFrom([x, y, 3], [0, 0, 1]), new Float64Array(HIT_SIZE))).toBe(-1);
    }
    // Straight through corners and edges that up to six triangles share: never through a crack.
    for (let x = 1; x < 8; x++) {
      for (let y = 1; y < 8; y++) {
        for (const aim of [
          [x, y],
          [x + 0.5, y],
          [x, y + 0.5],
          [x + 0.5, y + 0.5],
        ]) {
          const ray = rayFrom([aim[0], aim[1], 3], [0, 0, -1]);
          expect(closestTriangle(bvh, ray, new Float64Array(HIT_SIZE))).toBeGreaterThanOrEqual(0);
          expect(ray[REACH]).toBe(2.5);
        }
      }
    }
  });

  it('bears many triangles in one place, and none at all', () => {
    const corners: number[] = [];
    for (let t = 0; t < 500; t++) corners.push(0, 0, 0, 1, 0, 0, 0, 1, 0);
    const triangles = loose(corners);
    const bvh = buildBvh(triangles.positions, triangles.indices);
    expectSame(triangles, bvh, rayFrom([0.2, 0.2, 1], [0, 0, -1]));
    const empty = buildBvh(new Float32Array(0), new Uint32Array(0));
    expect(closestTriangle(empty, rayFrom([0, 0, 0], [1, 0, 0]), new Float64Array(HIT_SIZE))).toBe(-1);
  });

  it('holds every triangle exactly once, inside the boxes above it', () => {
    const random = createRandomStream(seed, 'bvh-order');
    const triangles = randomTriangles(random, 900, 0.1);
    const { triangleIds, boxes, links, rootLink, corners } = buildBvh(triangles.positions, triangles.indices);
    expect([...triangleIds].sort((one, other) => one - other)).toEqual(Array.from({ length: 900 }, (_, t) => t));
    const visit = (link: number, box: ArrayLike<number> | undefined): void => {
      if (link >= 0) {
        visit(links[link * 2], boxes.subarray(link * 12, link * 12 + 6));
        visit(links[link * 2 + 1], boxes.subarray(link * 12 + 6, link * 12 + 12));
        return;
      }
      const [first, count] = [~link >> 3, ~link & 7];
      for (let t = first; t < first + count && box !== undefined; t++) {
        for (let axis = 0; axis < 3; axis++) {
          const a = corners[t * 9 + axis];
          for (const value of [a, a + corners[t * 9 + 3 + axis], a + corners[t * 9 + 6 + axis]]) {
            expect(value).toBeGreaterThanOrEqual(box[axis]);
            expect(value).toBeLessThanOrEqual(box[3 + axis]);
          }
        }
      }
    };
    visit(rootLink, undefined);
  });
});
