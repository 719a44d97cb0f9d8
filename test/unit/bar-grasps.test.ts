import { describe, expect, test } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
import {
  add,
  angleBetween,
  compose,
  dot,
  invert,
  type Pose,
  type Quat,
  quatFromAxisAngle,
  quatMultiply,
  rotate,
  TOOL_DOWN,
  transformPoint,
  type Vec3,
} from '../../sim/spatial.ts';
import { type Bar, isBar, proposeBarGrasps } from '../../skills/api/bar-grasps.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const WIDTH_M = 0.08;
const above: Pose = { position: [0.5, 0, 0.4], quatWxyz: TOOL_DOWN };
const tool = (quatWxyz: Quat, axis: 'x' | 'y' | 'z'): Vec3 =>
  rotate(quatWxyz, [axis === 'x' ? 1 : 0, axis === 'y' ? 1 : 0, axis === 'z' ? 1 : 0]);

/** A handle along y that stands off a pot in direction -x. */
const handle: Bar = {
  pose: { position: [0.4, 0, 0.02], quatWxyz: [1, 0, 0, 0] },
  extent: [0.02, 0.11, 0.02],
  round: true,
  bodyCentre: [0.56, 0, -0.04],
};

describe('a bar', () => {
  test('is long, and thin enough for the hand', () => {
    expect(isBar([0.02, 0.11, 0.02], WIDTH_M)).toBe(true);
    expect(isBar([0.04, 0.04, 0.25], WIDTH_M)).toBe(true);
    expect(isBar([0.04, 0.04, 0.06], WIDTH_M)).toBe(false);
    expect(isBar([0.078, 0.02, 0.4], WIDTH_M)).toBe(false);
  });
});

describe('grasps of a bar', () => {
  test('close around it, with the tool square to it, wherever it is and however it is turned', () => {
    const random = createRandomStream(seed, 'bars');
    for (let k = 0; k < 100; k++) {
      const axis: Vec3 = [random.gaussian(0, 1), random.gaussian(0, 1), random.gaussian(0, 1)];
      const length = Math.sqrt(dot(axis, axis));
      const unit: Vec3 = [axis[0] / length, axis[1] / length, axis[2] / length];
      const pose: Pose = {
        position: [random.uniform(0.3, 0.7), random.uniform(-0.3, 0.3), random.uniform(0, 0.4)],
        quatWxyz: quatFromAxisAngle(unit, random.uniform(0, 3)),
      };
      const bar: Bar = { pose, extent: [0.03, 0.03, 0.2], ...(k % 2 === 0 ? { round: true } : {}) };
      const along = rotate(pose.quatWxyz, [0, 0, 1]);
      const grasps = proposeBarGrasps(bar, above, WIDTH_M);
      expect(grasps.length).toBeGreaterThan(0);
      for (const { position, quatWxyz, widthM, score } of grasps) {
        expect(Math.abs(dot(tool(quatWxyz, 'y'), along))).toBeLessThan(1e-9);
        expect(Math.abs(dot(tool(quatWxyz, 'z'), along))).toBeLessThan(1e-9);
        const local = transformPoint(invert(pose), position);
        expect(Math.max(Math.abs(local[0]), Math.abs(local[1]))).toBeLessThan(1e-9);
        expect(Math.abs(local[2])).toBeLessThanOrEqual(0.1 - 0.02 + 1e-9);
        expect(widthM).toBeCloseTo(0.03, 9);
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(1);
      }
      grasps.slice(1).forEach(({ score }, index) => {
        expect(score).toBeLessThanOrEqual(grasps[index].score + 1e-6);
      });
    }
  });

  test('of a handle come from outside, slanting down, whichever way the body is turned', () => {
    for (const yaw of [0, 0.7, 1.9, -2.5]) {
      const worldFromPot: Pose = { position: [0.56, 0, 0], quatWxyz: quatFromAxisAngle([0, 0, 1], yaw) };
      const inPot: Pose = { position: [-0.16, 0, 0.06], quatWxyz: [1, 0, 0, 0] };
      const bar: Bar = { ...handle, pose: compose(worldFromPot, inPot), bodyCentre: worldFromPot.position };
      const [best] = proposeBarGrasps(bar, above, WIDTH_M);
      const approach = tool(best.quatWxyz, 'z');
      const inwards = rotate(worldFromPot.quatWxyz, [1, 0, 0]);
      expect(dot(approach, inwards)).toBeGreaterThan(0.5);
      expect(approach[2]).toBeLessThan(-0.5);
      expect(best.position).toEqual(bar.pose.position);
    }
  });

  test('of an upright bar come level, from the side of the hand', () => {
    const bar: Bar = { pose: { position: [0.8, 0, 0.7], quatWxyz: [1, 0, 0, 0] }, extent: [0.035, 0.035, 0.15] };
    const [best] = proposeBarGrasps(bar, { position: [1.2, 0, 0.1], quatWxyz: TOOL_DOWN }, WIDTH_M);
    expect(tool(best.quatWxyz, 'z')[0]).toBeCloseTo(-1, 9);
  });

  test('of a square bar close across its faces, never across its edges', () => {
    const turned = quatFromAxisAngle([0, 1, 0], 0.4);
    const bar: Bar = { pose: { position: [0.5, 0, 0.2], quatWxyz: turned }, extent: [0.04, 0.2, 0.04] };
    for (const { quatWxyz } of proposeBarGrasps(bar, above, WIDTH_M)) {
      const closing = rotate([turned[0], -turned[1], -turned[2], -turned[3]], tool(quatWxyz, 'y'));
      expect(Math.max(Math.abs(closing[0]), Math.abs(closing[2]))).toBeCloseTo(1, 9);
    }
  });

  test('of equal worth are ordered by how far the hand has to turn', () => {
    const [one, other] = proposeBarGrasps(handle, above, WIDTH_M);
    expect(one.score).toBeCloseTo(other.score, 9);
    const turns = [one, other].map(({ quatWxyz }) => angleBetween(above.quatWxyz, quatWxyz));
    expect(turns[0]).toBeLessThanOrEqual(turns[1]);
    const flipped: Pose = { ...above, quatWxyz: quatMultiply(other.quatWxyz, quatFromAxisAngle([0, 0, 1], 0.01)) };
    expect(angleBetween(proposeBarGrasps(handle, flipped, WIDTH_M)[0].quatWxyz, other.quatWxyz)).toBeLessThan(1e-6);
  });

  test('are none where the bar is too thick for the hand', () => {
    const thick: Bar = { ...handle, extent: [0.079, 0.4, 0.079] };
    expect(proposeBarGrasps(thick, above, WIDTH_M)).toEqual([]);
  });

  test('keep off its ends, however short it is', () => {
    const short: Bar = { ...handle, extent: [0.01, 0.03, 0.01] };
    for (const { position } of proposeBarGrasps(short, above, WIDTH_M)) {
      expect(position).toEqual(add(short.pose.position, [0, 0, 0]));
    }
  });
});
