import { describe, expect, test } from 'vitest';
import type { BuiltShape } from '../../sim/scenes/shapes/built-shape.ts';
import { HAMMER } from '../../sim/scenes/shapes/hammer.ts';
import { POT } from '../../sim/scenes/shapes/pot.ts';
import { mat3FromQuat, type Vec3 } from '../../sim/spatial.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import { loadTask, mujoco } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const POT_SIZE: Vec3 = [0.34, 0.14, 0.14];

/** Corners of the box around all parts. */
function boxAround({ parts }: BuiltShape): { min: number[]; max: number[] } {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (const { shape, bodyFromPart } of parts) {
    const half =
      shape.kind === 'box'
        ? shape.size.map((side) => side / 2)
        : shape.kind === 'cylinder'
          ? [shape.radiusM, shape.radiusM, shape.heightM / 2]
          : [shape.radiusM, shape.radiusM, shape.radiusM];
    const m = mat3FromQuat(bodyFromPart.quatWxyz);
    for (let axis = 0; axis < 3; axis++) {
      // A round part turned by quarters is as wide as it was.
      const reach = [0, 1, 2].reduce((sum, k) => sum + Math.abs(m[3 * axis + k]) * half[k], 0);
      min[axis] = Math.min(min[axis], bodyFromPart.position[axis] - reach);
      max[axis] = Math.max(max[axis], bodyFromPart.position[axis] + reach);
    }
  }
  return { min, max };
}

/** Whether any part holds this point of the body. */
function isSolid({ parts }: BuiltShape, point: Vec3): boolean {
  return parts.some(({ shape, bodyFromPart: { position, quatWxyz } }) => {
    const m = mat3FromQuat(quatWxyz);
    const d = point.map((value, axis) => value - position[axis]);
    const [x, y, z] = [0, 1, 2].map((axis) => m[axis] * d[0] + m[3 + axis] * d[1] + m[6 + axis] * d[2]);
    if (shape.kind === 'box') return [x, y, z].every((value, axis) => Math.abs(value) <= shape.size[axis] / 2);
    if (shape.kind === 'cylinder') return x * x + y * y <= shape.radiusM ** 2 && Math.abs(z) <= shape.heightM / 2;
    return x * x + y * y + z * z <= shape.radiusM ** 2;
  });
}

describe('the pot', () => {
  const pot = POT.build(POT_SIZE);

  test('fills the box of its size', () => {
    const { min, max } = boxAround(pot);
    for (let axis = 0; axis < 3; axis++) {
      expect(max[axis]).toBeCloseTo(POT_SIZE[axis] / 2, 9);
      expect(min[axis]).toBeCloseTo(-POT_SIZE[axis] / 2, 9);
    }
  });

  test('is open at the top and hollow, with a floor and four walls', () => {
    for (const z of [-0.05, 0, 0.069]) expect(isSolid(pot, [0, 0, z])).toBe(false);
    expect(isSolid(pot, [0, 0, -0.065])).toBe(true);
    for (const [x, y] of [
      [0.065, 0],
      [-0.065, 0],
      [0, 0.065],
      [0, -0.065],
    ]) {
      expect(isSolid(pot, [x, y, 0])).toBe(true);
    }
  });

  test('has two handles with room for fingers between bar and wall', () => {
    expect(pot.features.map(({ key }) => key)).toEqual(POT.features);
    for (const { bodyFromFeature, size, round } of pot.features) {
      const [x, y, z] = bodyFromFeature.position;
      expect([Math.abs(x), y, z]).toEqual([expect.closeTo(0.16, 9), 0, expect.closeTo(0.06, 9)]);
      expect(round).toBe(true);
      expect(isSolid(pot, [x, y, z])).toBe(true);
      for (const inwards of [0.02, 0.04, 0.08]) expect(isSolid(pot, [x - Math.sign(x) * inwards, 0, z])).toBe(false);
      expect(isSolid(pot, [x, y + size[1] / 2 - 0.001, z])).toBe(true);
    }
    expect(pot.features[0].bodyFromFeature.position[0]).toBeGreaterThan(0);
  });

  test.each<[Vec3, RegExp]>([
    [[0.34, 0.1, 0.14], /wide.*widen/],
    [[0.2, 0.14, 0.14], /long.*fingers/],
    [[0.34, 0.14, 0.03], /high.*raise/],
  ])('of size %j cannot be built, and says what would', (size, why) => {
    expect(POT.problem(size)).toMatch(why);
    expect(POT.problem(POT_SIZE)).toBeUndefined();
  });

  test('weighs about a kilogram and points its green handle at the left arm, its blue one at the right', () => {
    for (let k = 0; k < 20; k++) {
      const world = new TaskWorld(mujoco, drawScene(loadTask('two-arm-lift'), seed + k));
      try {
        const body = world.physics.id('body', 'pot');
        expect(world.physics.model.body_mass[body]).toBeCloseTo(1.05, 1);
        const green = world.thing('green handle')?.pose.position ?? [0, 0, 0];
        const blue = world.thing('blue handle')?.pose.position ?? [0, 0, 0];
        expect(green[0]).toBeLessThan(0.56);
        expect(blue[0]).toBeGreaterThan(green[0] + 0.15);
      } finally {
        world.dispose();
      }
    }
  });
});

describe('the hammer', () => {
  const SIZE: Vec3 = [0.2, 0.12, 0.04];
  const hammer = HAMMER.build(SIZE);

  test('fills the box of its size', () => {
    const { min, max } = boxAround(hammer);
    for (let axis = 0; axis < 3; axis++) {
      expect(max[axis]).toBeCloseTo(SIZE[axis] / 2, 9);
      expect(min[axis]).toBeCloseTo(-SIZE[axis] / 2, 9);
    }
  });

  test('has a square handle in direction +x, and a head across its other end', () => {
    const [handle, head] = hammer.features;
    expect(handle.size).toEqual([expect.closeTo(0.16, 9), 0.04 / 1.1, 0.04 / 1.1]);
    expect(handle.bodyFromFeature.position[0] + handle.size[0] / 2).toBeCloseTo(0.1, 9);
    expect(head.bodyFromFeature.position[0]).toBeCloseTo(-0.08, 9);
    expect(head.size[1]).toBe(0.12);
    // The handle begins where the head ends.
    expect(handle.bodyFromFeature.position[0] - handle.size[0] / 2).toBeCloseTo(-0.06, 9);
  });

  test.each<[Vec3, RegExp]>([
    [[0.2, 0.07, 0.04], /widen/],
    [[0.08, 0.12, 0.04], /handle.*long/],
  ])('of size %j cannot be built, and says what would', (size, why) => {
    expect(HAMMER.problem(size)).toMatch(why);
    expect(HAMMER.problem(SIZE)).toBeUndefined();
  });

  test('is as heavy as a real one, heavier at the head, and rests on the table whatever its size', () => {
    for (let k = 0; k < 20; k++) {
      const world = new TaskWorld(mujoco, drawScene(loadTask('two-arm-handover'), seed + k));
      try {
        const body = world.physics.id('body', 'hammer');
        expect(world.physics.model.body_mass[body]).toBeGreaterThan(0.12);
        expect(world.physics.model.body_mass[body]).toBeLessThan(0.75);
        expect(world.physics.model.body_ipos[3 * body]).toBeLessThan(-0.01);
        for (let tick = 0; tick < 50; tick++) world.tick();
        expect(world.propsRest).toBe(true);
        const state = world.prop('hammer');
        expect(state?.pose.position[2]).toBeCloseTo(-0.112 + (state?.size[2] ?? 0) / 2, 2);
        const [handle, head] = ['hammer handle', 'hammer head'].map((name) => world.thing(name)?.pose.position);
        expect((handle?.[0] ?? 0) - (head?.[0] ?? 0)).toBeGreaterThan(0.05);
      } finally {
        world.dispose();
      }
    }
  });
});
