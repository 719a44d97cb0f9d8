import { describe, expect, it } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
import {
  cross,
  dot,
  mat3FromQuat,
  type Pose,
  quatFromAxisAngle,
  transformPoint,
  type Vec3,
} from '../../sim/spatial.ts';
import { type Grasp, type Graspable, planGrasps } from '../../skills/perception/grasps.ts';
import { handClearance } from '../../skills/perception/hand-clearance.ts';
import { mergeClouds, type PointCloud } from '../../skills/perception/point-cloud.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const random = createRandomStream(seed, 'grasps');
const TABLE = -0.112;
const NOTHING: PointCloud = { count: 0, positions: new Float32Array(0) };

const SPACING_M = 0.003;

/** Top and all sides of a box, a point somewhere in every square of 3 mm: no gap that a camera would not leave. */
function surfaceOf(pose: Pose, size: Vec3): PointCloud {
  const points: number[] = [];
  for (const [axis, side] of [
    [0, -1],
    [0, 1],
    [1, -1],
    [1, 1],
    [2, 1],
  ]) {
    const [i, j] = [0, 1, 2].filter((k) => k !== axis);
    const [columns, rows] = [i, j].map((k) => Math.ceil(size[k] / SPACING_M));
    for (let cell = 0; cell < columns * rows; cell++) {
      const p: [number, number, number] = [0, 0, 0];
      p[axis] = (side * size[axis]) / 2;
      p[i] = (((cell % columns) + random.next()) / columns - 0.5) * size[i];
      p[j] = ((Math.floor(cell / columns) + random.next()) / rows - 0.5) * size[j];
      points.push(...transformPoint(pose, p));
    }
  }
  return { count: points.length / 3, positions: Float32Array.from(points) };
}

function standing(
  x: number,
  y: number,
  yaw: number,
  size: Vec3,
): Graspable & { readonly pose: Pose; readonly extent: Vec3 } {
  const pose: Pose = { position: [x, y, TABLE + size[2] / 2], quatWxyz: quatFromAxisAngle([0, 0, 1], yaw) };
  return { cloud: surfaceOf(pose, size), supportHeightM: TABLE, pose, extent: size, form: 'box' };
}

function axes({ pose }: Grasp): { readonly closing: Vec3; readonly approach: Vec3 } {
  const m = mat3FromQuat(pose.quatWxyz);
  const [x, closing, approach] = [0, 1, 2].map((k): Vec3 => [m[k], m[3 + k], m[6 + k]]);
  expect(dot(cross(x, closing), approach)).toBeCloseTo(1, 6);
  return { closing, approach };
}

describe('a grasp of a block', () => {
  it('comes from above across two of its sides, with the width between them', () => {
    for (let i = 0; i < 10; i++) {
      const [width, yaw] = [random.uniform(0.03, 0.06), random.uniform(0, Math.PI)];
      const thing = standing(random.uniform(0.4, 0.7), random.uniform(-0.2, 0.2), yaw, [width, width, 0.045]);
      const [best] = planGrasps(thing, NOTHING, { approaches: ['above'] });
      const { closing, approach } = axes(best);
      expect(approach[2]).toBeCloseTo(-1, 6);
      const across = Math.abs(closing[0] * Math.cos(yaw) + closing[1] * Math.sin(yaw));
      expect(Math.min(across, Math.abs(1 - across))).toBeLessThan(1e-6);
      expect(best.widthM).toBeCloseTo(width, 6);
      expect(best.openingM).toBeGreaterThan(width + 0.005);
      expect(best.openingM).toBeLessThanOrEqual(0.08);
      expect(best.pose.position[2]).toBeGreaterThan(TABLE + 0.011);
      expect(best.pose.position[2]).toBeLessThan(TABLE + 0.045);
      expect(best.clearanceM).toBeGreaterThan(0.001);
    }
  });

  it('takes the side that fits, and there is none when no side does', () => {
    const slab = planGrasps(standing(0.5, 0, 0.3, [0.15, 0.04, 0.04]), NOTHING);
    expect(slab.length).toBeGreaterThan(3);
    for (const grasp of slab) expect(grasp.widthM).toBeLessThan(0.041);
    expect(planGrasps(standing(0.5, 0, 0.3, [0.15, 0.14, 0.1]), NOTHING, { approaches: ['above'] })).toEqual([]);
  });

  it('keeps clear of a neighbour, by turning or not at all', () => {
    const thing = standing(0.5, 0, 0, [0.04, 0.04, 0.04]);
    // Walls as high as the thing, 8 mm beside it along y: no finger fits there.
    const wall = (side: number) => standing(0.5, side * 0.038, 0, [0.2, 0.02, 0.06]).cloud;
    const walls = mergeClouds([wall(1), wall(-1)]);
    const grasps = planGrasps(thing, walls, { approaches: ['above'] });
    for (const grasp of grasps) {
      expect(Math.abs(axes(grasp).closing[1])).toBeLessThan(0.2);
      expect(handClearance(grasp.pose, grasp.openingM, walls, TABLE)).toBeGreaterThan(0);
    }
    const around = mergeClouds([
      walls,
      standing(0.538, 0, 0, [0.02, 0.2, 0.06]).cloud,
      standing(0.462, 0, 0, [0.02, 0.2, 0.06]).cloud,
    ]);
    expect(planGrasps(thing, around, { approaches: ['above'] })).toEqual([]);
  });

  it('comes from the side too when the thing is tall', () => {
    const post = standing(0.5, 0, 0.2, [0.03, 0.03, 0.16]);
    const sides = planGrasps(post, NOTHING, { approaches: ['side'] });
    expect(sides.length).toBeGreaterThan(0);
    for (const grasp of sides) {
      expect(axes(grasp).approach[2]).toBeCloseTo(0, 6);
      // The hand itself stays above the table.
      expect(handClearance(grasp.pose, grasp.openingM, NOTHING, TABLE)).toBeGreaterThan(0);
    }
  });

  it('is best first, the same every time', () => {
    const thing = standing(0.5, 0.1, 0.7, [0.05, 0.04, 0.05]);
    const grasps = planGrasps(thing, NOTHING);
    expect(grasps.map(({ score }) => score)).toEqual(grasps.map(({ score }) => score).sort((a, b) => b - a));
    expect(planGrasps(thing, NOTHING)).toEqual(grasps);
    for (const { score } of grasps) expect(score > 0 && score <= 1).toBe(true);
  });
});

describe('a grasp of the rim of an open thing', () => {
  it('takes the wall between the pads', () => {
    const [outer, wall, height] = [0.13, 0.006, 0.05];
    const walls = Array.from({ length: 16 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 16;
      const reach = outer / 2 - wall / 2;
      return standing(0.5 + reach * Math.cos(angle), reach * Math.sin(angle), angle, [wall, 0.027, height]).cloud;
    });
    const bowl: Graspable = { cloud: mergeClouds(walls), supportHeightM: TABLE, form: 'open' };
    const [best] = planGrasps(bowl, NOTHING, { approaches: ['above'] });
    expect(best.widthM).toBeLessThan(0.02);
    const [x, y] = best.pose.position;
    expect(Math.abs(Math.hypot(x - 0.5, y) - outer / 2)).toBeLessThan(0.012);
    // Closing across the wall, not along it.
    const { closing } = axes(best);
    expect(Math.abs((closing[0] * (x - 0.5) + closing[1] * y) / Math.hypot(x - 0.5, y))).toBeGreaterThan(0.85);
  });
});

describe('the room around the hand', () => {
  const down: Pose = { position: [0.5, 0, 0.1], quatWxyz: [0, 1, 0, 0] };
  const point = (x: number, y: number, z: number): PointCloud => ({
    count: 4,
    positions: Float32Array.from([0, 1, 2, 3].flatMap(() => [x, y, z])),
  });

  it('is counted from fingers, palm and the way in, not from what stands between the pads', () => {
    expect(handClearance(down, 0.06, point(0.5, 0, 0.1), undefined)).toBeGreaterThan(0.02);
    expect(handClearance(down, 0.06, point(0.5, 0.036, 0.1), undefined)).toBeLessThan(0);
    expect(handClearance(down, 0.06, point(0.5, 0.02, 0.1), undefined)).toBeCloseTo(0.01, 5);
    expect(handClearance(down, 0.06, point(0.5, 0.09, 0.16), undefined)).toBeLessThan(0);
    expect(handClearance(down, 0.06, point(0.5, 0.09, 0.25), undefined)).toBeLessThan(0);
  });

  it('is counted to the support', () => {
    expect(handClearance(down, 0.06, NOTHING, 0.08)).toBeCloseTo(0.1 - 0.0088 - 0.08, 6);
    expect(handClearance(down, 0.06, NOTHING, 0.095)).toBeLessThan(0);
  });
});
