import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  angleBetween,
  compose,
  cross,
  distance,
  dot,
  IDENTITY_POSE,
  invert,
  lerp,
  mat3FromQuat,
  norm,
  normalize,
  type Pose,
  type Quat,
  quatConjugate,
  quatFromAxisAngle,
  quatFromMat3,
  quatMultiply,
  quatNormalize,
  rotate,
  rotationVectorBetween,
  scale,
  slerp,
  TOOL_DOWN,
  transformPoint,
  type Vec3,
} from '../../sim/spatial.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const check = (property: fc.IRawProperty<unknown>) => fc.assert(property, { seed, numRuns: 500 });

const component = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((k) => k / 400_000);
const vector: fc.Arbitrary<Vec3> = fc.tuple(component, component, component);
const direction = vector.filter((v) => norm(v) > 0.01).map(normalize);
const angle = fc.integer({ min: -100_000, max: 100_000 }).map((k) => (k / 100_000) * Math.PI);
const quaternion: fc.Arbitrary<Quat> = fc
  .tuple(component, component, component, component)
  .filter((q) => q[0] ** 2 + q[1] ** 2 + q[2] ** 2 + q[3] ** 2 > 0.01)
  .map((q) => quatNormalize(q));
const pose: fc.Arbitrary<Pose> = fc.record({ position: vector, quatWxyz: quaternion });

const EXACT = 1e-13;

function expectClose(a: readonly number[], b: readonly number[], tolerance = EXACT): void {
  for (let i = 0; i < b.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(tolerance);
}

/** The same rotation: a quaternion and its negative are one. */
function expectSameRotation(a: Quat, b: Quat, tolerance = EXACT): void {
  const sign = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3] < 0 ? -1 : 1;
  expectClose(
    a,
    b.map((value) => sign * value),
    tolerance,
  );
}

describe('vectors', () => {
  test('the cross product stands on both factors and is as long as their parallelogram is large', () => {
    check(
      fc.property(vector, vector, (a, b) => {
        const c = cross(a, b);
        expect(Math.abs(dot(c, a))).toBeLessThan(1e-12);
        expect(Math.abs(dot(c, b))).toBeLessThan(1e-12);
        expect(dot(c, c) + dot(a, b) ** 2).toBeCloseTo(dot(a, a) * dot(b, b), 9);
      }),
    );
    expect(cross([1, 0, 0], [0, 1, 0])).toEqual([0, 0, 1]);
  });

  test('a direction has length one and a vector of no length has none', () => {
    check(
      fc.property(direction, (d) => {
        expect(norm(d)).toBeCloseTo(1, 14);
      }),
    );
    expect(() => normalize([0, 0, 1e-13])).toThrow(RangeError);
    expect(() => normalize([Number.NaN, 0, 1])).toThrow(RangeError);
  });

  test('interpolation starts and ends where it should', () => {
    check(
      fc.property(vector, vector, (a, b) => {
        expect(lerp(a, b, 0)).toEqual(a);
        expectClose(lerp(a, b, 1), b);
        expect(distance(a, lerp(a, b, 0.25))).toBeCloseTo(distance(a, b) / 4, 12);
      }),
    );
  });
});

describe('rotations', () => {
  test('multiplication is associative, and the conjugate undoes it', () => {
    check(
      fc.property(quaternion, quaternion, quaternion, (a, b, c) => {
        expectClose(quatMultiply(quatMultiply(a, b), c), quatMultiply(a, quatMultiply(b, c)));
        expectClose(quatMultiply(a, quatConjugate(a)), [1, 0, 0, 0]);
      }),
    );
  });

  test('rotating by a product is rotating twice', () => {
    check(
      fc.property(quaternion, quaternion, vector, (a, b, v) => {
        expectClose(rotate(quatMultiply(a, b), v), rotate(a, rotate(b, v)));
      }),
    );
  });

  test('rotating keeps lengths and angles', () => {
    check(
      fc.property(quaternion, vector, vector, (q, a, b) => {
        expect(dot(rotate(q, a), rotate(q, b))).toBeCloseTo(dot(a, b), 11);
      }),
    );
  });

  test('a quarter turn about z takes x to y, and the downward tool looks down', () => {
    expectClose(rotate(quatFromAxisAngle([0, 0, 2], Math.PI / 2), [1, 0, 0]), [0, 1, 0]);
    expectClose(rotate(TOOL_DOWN, [0, 0, 1]), [0, 0, -1]);
    expectClose(rotate(TOOL_DOWN, [1, 0, 0]), [1, 0, 0]);
  });

  test('matrix and quaternion are the same rotation, there and back', () => {
    check(
      fc.property(quaternion, vector, (q, v) => {
        const m = mat3FromQuat(q);
        expectClose(
          rotate(q, v),
          [0, 3, 6].map((i) => m[i] * v[0] + m[i + 1] * v[1] + m[i + 2] * v[2]),
        );
        expectSameRotation(quatFromMat3(m), q);
      }),
    );
  });

  test('half turns, where the trace says nothing, survive the matrix too', () => {
    check(
      fc.property(direction, fc.constantFrom(0, 1e-9, -1e-9), (axis, off) => {
        const q = quatFromAxisAngle(axis, Math.PI + off);
        expectSameRotation(quatFromMat3(mat3FromQuat(q)), q, 1e-12);
      }),
    );
  });

  test('the angle between two orientations is the angle that was turned', () => {
    check(
      fc.property(quaternion, direction, angle, (q, axis, turned) => {
        const other = quatMultiply(quatFromAxisAngle(axis, turned), q);
        expect(angleBetween(q, other)).toBeCloseTo(Math.abs(turned), 12);
        expect(
          angleBetween(q, quatConjugate(quatConjugate(other)).map((value) => -value) as unknown as Quat),
        ).toBeCloseTo(Math.abs(turned), 12);
      }),
    );
  });

  test('angles down to a nanoradian are told from zero', () => {
    check(
      fc.property(quaternion, direction, fc.constantFrom(1e-9, 1e-7, 1e-5), (q, axis, turned) => {
        const other = quatMultiply(quatFromAxisAngle(axis, turned), q);
        expect(angleBetween(q, other) / turned).toBeCloseTo(1, 5);
        expectClose(rotationVectorBetween(q, other), scale(axis, turned), turned * 1e-5);
      }),
    );
  });

  test('the rotation vector between two orientations turns one into the other', () => {
    check(
      fc.property(quaternion, quaternion, (from, to) => {
        const vectorRad = rotationVectorBetween(from, to);
        const turned = norm(vectorRad);
        expect(turned).toBeLessThanOrEqual(Math.PI + 1e-12);
        fc.pre(turned > 1e-6);
        expectSameRotation(quatMultiply(quatFromAxisAngle(vectorRad, turned), from), to, 1e-12);
      }),
    );
    expect(rotationVectorBetween(TOOL_DOWN, TOOL_DOWN)).toEqual([0, 0, 0]);
  });

  test('spherical interpolation takes the shorter arc at constant speed', () => {
    check(
      fc.property(quaternion, quaternion, fc.integer({ min: 0, max: 100 }), (a, b, percent) => {
        const t = percent / 100;
        const whole = angleBetween(a, b);
        expect(angleBetween(a, slerp(a, b, t))).toBeCloseTo(t * whole, 5);
        expectSameRotation(slerp(a, b, 0), a);
        expectSameRotation(slerp(a, b, 1), b);
      }),
    );
  });

  test('a quaternion of no length is refused', () => {
    expect(() => quatNormalize([0, 0, 0, 0])).toThrow(RangeError);
    expect(() => quatNormalize([Number.NaN, 0, 0, 0])).toThrow(RangeError);
    expect(() => quatFromAxisAngle([0, 0, 0], 1)).toThrow(RangeError);
  });
});

describe('poses', () => {
  test('composing is associative, the identity changes nothing and the inverse undoes', () => {
    check(
      fc.property(pose, pose, pose, (a, b, c) => {
        const left = compose(compose(a, b), c);
        const right = compose(a, compose(b, c));
        expectClose(left.position, right.position, 1e-12);
        expectSameRotation(left.quatWxyz, right.quatWxyz);
        expectClose(compose(a, IDENTITY_POSE).position, a.position);
        expectClose(compose(IDENTITY_POSE, a).position, a.position);
        const nothing = compose(invert(a), a);
        expectClose(nothing.position, [0, 0, 0], 1e-12);
        expectSameRotation(nothing.quatWxyz, [1, 0, 0, 0]);
      }),
    );
  });

  test('a point goes through a chain of frames as through the composed pose', () => {
    check(
      fc.property(pose, pose, vector, (a, b, point) => {
        expectClose(transformPoint(compose(a, b), point), transformPoint(a, transformPoint(b, point)), 1e-12);
      }),
    );
  });
});
