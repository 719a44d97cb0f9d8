import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as spatial from '../../sim/spatial.ts';
import * as math from '../../skills/sandbox/modules/math.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { openBench } from './sandbox-bench.ts';

const settings = { seed: Number(process.env.CAPSTAN_TEST_SEED), numRuns: 200 };
const number = fc.double({ min: -10, max: 10, noNaN: true });
const vec = fc.tuple(number, number, number);
const angle = fc.double({ min: -3, max: 3, noNaN: true });
const quat = fc
  .tuple(vec, angle)
  .map(([axis, turn]) => math.quatFromAxisAngle(math.norm(axis) > 1e-3 ? axis : [0, 0, 1], turn));
const pose = fc.record({ position: vec, quatWxyz: quat });

function near(a: readonly number[], b: readonly number[]): void {
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i], 9);
  });
}

describe('capstan:math', () => {
  test('gives plain lists that a program may change, never the ones it was given', () => {
    const a: math.Vec3 = [1, 2, 3];
    const sum = math.add(a, [1, 1, 1]);
    sum[0] = 9;
    expect(a).toEqual([1, 2, 3]);
    const home: math.Pose = { position: [1, 2, 3], quatWxyz: [1, 0, 0, 0] };
    const composed = math.composePose(home, { position: [0, 0, 0], quatWxyz: [1, 0, 0, 0] });
    composed.position[2] = 7;
    expect(home.position).toEqual([1, 2, 3]);
  });

  test('composes and inverts poses', () => {
    fc.assert(
      fc.property(pose, pose, vec, (aFromB, bFromC, point) => {
        near(
          math.transformPoint(math.composePose(aFromB, bFromC), point),
          math.transformPoint(aFromB, math.transformPoint(bFromC, point)),
        );
        near(math.transformPoint(math.invertPose(aFromB), math.transformPoint(aFromB, point)), point);
      }),
      settings,
    );
  });

  test('turns vectors by quaternion and by matrix alike', () => {
    fc.assert(
      fc.property(quat, vec, (q, v) => {
        const byMatrix = math.matMultiply(math.mat3FromQuat(q), math.transpose([v]));
        near(
          math.rotate(q, v),
          byMatrix.map(([x]) => x),
        );
        expect(math.angleBetween(q, math.quatFromMat3(math.mat3FromQuat(q)))).toBeLessThan(1e-6);
      }),
      settings,
    );
  });

  test('builds orientations from angles about the fixed axes, x first', () => {
    fc.assert(
      fc.property(angle, angle, angle, vec, (x, y, z, v) => {
        const about = (axis: math.Vec3, turn: number, p: math.Vec3) =>
          math.rotate(math.quatFromAxisAngle(axis, turn), p);
        near(
          math.rotate(math.quatFromEulerXyz(x, y, z), v),
          about([0, 0, 1], z, about([0, 1, 0], y, about([1, 0, 0], x, v))),
        );
      }),
      settings,
    );
  });

  test('keeps a tool pointing down while it turns about the vertical', () => {
    fc.assert(
      fc.property(angle, (yaw) => {
        const q = math.quatDownWithYaw(yaw);
        near(math.rotate(q, [0, 0, 1]), [0, 0, -1]);
        expect(math.yawOf(q)).toBeCloseTo(yaw, 9);
      }),
      settings,
    );
    near(math.quatDownWithYaw(0), spatial.TOOL_DOWN);
  });

  test('goes half way between two orientations', () => {
    fc.assert(
      fc.property(quat, quat, (a, b) => {
        const middle = math.slerp(a, b, 0.5);
        expect(math.angleBetween(a, middle)).toBeCloseTo(math.angleBetween(a, b) / 2, 6);
      }),
      settings,
    );
  });

  test('knows the small things', () => {
    expect(math.deg(Math.PI)).toBeCloseTo(180, 12);
    expect(math.rad(math.deg(1.25))).toBeCloseTo(1.25, 12);
    expect([math.clamp(5, 0, 1), math.clamp(-5, 0, 1), math.clamp(0.5, 0, 1)]).toEqual([1, 0, 0.5]);
    expect(math.linspace(0, 1, 5)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect([math.linspace(2, 3, 1), math.linspace(2, 3, 0)]).toEqual([[2], []]);
    expect([
      math.mean([1, 2, 6]),
      math.median([5, 1, 2]),
      math.median([4, 1, 2, 3]),
      math.sum([]),
      math.deviation([1, 3]),
    ]).toEqual([3, 2, 2.5, 0, 1]);
    expect(math.lerp([0, 0, 0], [2, 4, 6], 0.5)).toEqual([1, 2, 3]);
    expect(math.cross([1, 0, 0], [0, 1, 0])).toEqual([0, 0, 1]);
  });

  test('says what is wrong with what cannot be computed', () => {
    expect(() => math.mean([])).toThrow(/no mean/);
    expect(() => math.median([])).toThrow(/no median/);
    expect(() => math.normalize([0, 0, 0])).toThrow(RangeError);
    expect(() => math.matMultiply([[1, 2]], [[1, 2]])).toThrow(/do not multiply/);
  });

  test('computes inside the sandbox the very bits it computes here', async () => {
    const bench = await openBench();
    const [line] = await bench.printed(
      "import * as m from 'capstan:math';\nconst q = m.quatFromEulerXyz(0.1, 0.2, 0.3);\nconsole.log(JSON.stringify([q, m.slerp(q, [0, 1, 0, 0], 0.3), m.sin(1e3), m.cos(2), m.tan(0.7), m.atan2(1, 3), m.acos(0.3), m.asin(0.3), m.mat3FromQuat(q)]));",
    );
    const q = math.quatFromEulerXyz(0.1, 0.2, 0.3);
    expect(JSON.parse(line)).toEqual([
      q,
      math.slerp(q, [0, 1, 0, 0], 0.3),
      math.sin(1e3),
      math.cos(2),
      math.tan(0.7),
      math.atan2(1, 3),
      math.acos(0.3),
      math.asin(0.3),
      math.mat3FromQuat(q),
    ]);
  });

  test('documents every function it has', () => {
    const { declarations } = GUEST_MODULES.find((module) => module.specifier === 'capstan:math')!;
    for (const name of Object.keys(math)) {
      expect(declarations, name).toMatch(new RegExp(`/\\*\\* [^\\n]+ \\*/\\nexport declare function ${name}\\(`));
    }
  });
});
