import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TimedPath, type TimingLimits, timePaths } from '../../sim/control/trajectory.ts';
import { createRandomStream } from '../../sim/random.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { distance } from '../../sim/spatial.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const PERIOD_S = 0.002;
const { minRad, maxRad, speedRadPerS, accelerationRadPerS2, jerkRadPerS3 } = PANDA_JOINT_LIMITS;
const FULL: TimingLimits = {
  joints: PANDA_JOINT_LIMITS,
  speedShare: 1,
  accelerationShare: 1,
  jerkShare: 1,
  toolSpeedMPerS: 1.7,
};

/** A path from tiny nudges to sweeps of a radian per point; even like a planner's, or rough like a fool's. */
function randomPath(key: number, kind: TimedPath['kind'], mostRows = kind === 'stops' ? 5 : 20): TimedPath {
  const random = createRandomStream(key, 'path');
  const rows = 2 + random.integer(mostRows - 1);
  const stepRad = 10 ** random.uniform(-4, 0);
  const rough = random.next() < 0.4;
  const anyDirection = () => minRad.map(() => random.uniform(-1, 1));
  let joints = minRad.map((low, j) => random.uniform(low + 0.3, maxRad[j] - 0.3));
  let direction = anyDirection();
  const points = [...joints];
  for (let row = 1; row < rows; row++) {
    direction = rough ? anyDirection() : direction.map((value) => value + random.uniform(-0.3, 0.3));
    joints = joints.map((value, j) => Math.min(Math.max(value + direction[j] * stepRad, minRad[j]), maxRad[j]));
    points.push(...joints);
  }
  return { kind, points: Float64Array.from(points) };
}

function randomLimits(key: number): TimingLimits {
  const random = createRandomStream(key, 'limits');
  return {
    joints: PANDA_JOINT_LIMITS,
    speedShare: random.uniform(0.1, 1),
    accelerationShare: random.uniform(0.1, 1),
    jerkShare: random.uniform(0.05, 1),
    toolSpeedMPerS: random.uniform(0.05, 1.7),
  };
}

const key = fc.nat({ max: 2 ** 31 });
const kind = fc.constantFrom<TimedPath['kind']>('stops', 'smooth');

/** Angle of a joint at a sample; before the first and after the last the arm stands still. */
function reader(samples: Float64Array) {
  const last = samples.length / JOINT_COUNT - 1;
  return (k: number, j: number) => samples[Math.min(Math.max(k, 0), last) * JOINT_COUNT + j];
}

function row(values: Float64Array, index: number): Float64Array {
  return values.subarray(index * JOINT_COUNT, (index + 1) * JOINT_COUNT);
}

function largestChange(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let j = 0; j < a.length; j++) largest = Math.max(largest, Math.abs(a[j] - b[j]));
  return largest;
}

/** The joint that goes furthest between two postures. */
function widest(from: Float64Array, to: Float64Array): number {
  let best = 0;
  for (let j = 1; j < JOINT_COUNT; j++) if (Math.abs(to[j] - from[j]) > Math.abs(to[best] - from[best])) best = j;
  return best;
}

describe('a timed path', () => {
  test('keeps every joint inside its share of speed, acceleration and jerk, from rest to rest', () => {
    fc.assert(
      fc.property(key, kind, (k, pathKind) => {
        const limits = randomLimits(k);
        const { samples, sampleCount } = timePaths([randomPath(k, pathKind)], limits, PERIOD_S);
        const at = reader(samples[0]);
        let [speed, acceleration, jerk] = [0, 0, 0];
        for (let i = -3; i < sampleCount + 3; i++) {
          for (let j = 0; j < JOINT_COUNT; j++) {
            const change = Math.abs(at(i + 1, j) - at(i, j));
            const bend = Math.abs(at(i + 1, j) - 2 * at(i, j) + at(i - 1, j));
            const twist = Math.abs(at(i + 2, j) - 3 * at(i + 1, j) + 3 * at(i, j) - at(i - 1, j));
            speed = Math.max(speed, change / PERIOD_S / (limits.speedShare * speedRadPerS[j]));
            acceleration = Math.max(
              acceleration,
              bend / PERIOD_S ** 2 / (limits.accelerationShare * accelerationRadPerS2[j]),
            );
            jerk = Math.max(jerk, twist / PERIOD_S ** 3 / (limits.jerkShare * jerkRadPerS3[j]));
          }
        }
        // Difference quotients are means of the derivatives, so only rounding may exceed a bound: one unit in the last
        // place of an angle of 3 rad (4e-16) is 5e-8 rad/s^3 times 8, far below a millionth of any limit.
        expect(speed).toBeLessThanOrEqual(1);
        expect(acceleration).toBeLessThanOrEqual(1 + 1e-6);
        expect(jerk).toBeLessThanOrEqual(1 + 1e-4);
      }),
      { seed, numRuns: 200 },
    );
  });

  test('keeps the fingertip below its ceiling', () => {
    fc.assert(
      fc.property(key, kind, (k, pathKind) => {
        const limits = randomLimits(k);
        const { samples, sampleCount } = timePaths([randomPath(k, pathKind)], limits, PERIOD_S);
        let before = toolPose(row(samples[0], 0)).position;
        let fastest = 0;
        for (let i = 1; i < sampleCount; i++) {
          const tool = toolPose(row(samples[0], i)).position;
          fastest = Math.max(fastest, distance(before, tool) / PERIOD_S);
          before = tool;
        }
        expect(fastest).toBeLessThanOrEqual(limits.toolSpeedMPerS);
      }),
      { seed, numRuns: 60 },
    );
  });

  test('starts at the first point and ends at the last', () => {
    fc.assert(
      fc.property(key, kind, (k, pathKind) => {
        const path = randomPath(k, pathKind);
        const { samples, sampleCount, durationS, periodS } = timePaths([path], randomLimits(k), PERIOD_S);
        const rows = path.points.length / JOINT_COUNT;
        expect([...row(samples[0], 0)]).toEqual([...row(path.points, 0)]);
        expect(largestChange(row(samples[0], sampleCount - 1), row(path.points, rows - 1))).toBeLessThan(1e-9);
        expect(samples[0].length).toBe(sampleCount * JOINT_COUNT);
        expect(durationS).toBeCloseTo((sampleCount - 1) * periodS, 12);
      }),
      { seed, numRuns: 200 },
    );
  });

  test('that stops on the way really rests at every point, and moves straight between them', () => {
    fc.assert(
      fc.property(key, (k) => {
        const path = randomPath(k, 'stops');
        const { samples, sampleCount } = timePaths([path], randomLimits(k), PERIOD_S);
        const rows = path.points.length / JOINT_COUNT;
        let i = 0;
        let [back, aside] = [0, 0];
        for (let point = 0; point + 1 < rows; point++) {
          const [from, to] = [row(path.points, point), row(path.points, point + 1)];
          expect(largestChange(row(samples[0], i), from)).toBeLessThan(1e-9);
          const j = widest(from, to);
          let share = 0;
          while (i + 1 < sampleCount && largestChange(row(samples[0], i), to) > 1e-12) {
            i += 1;
            const here = row(samples[0], i);
            const now = (here[j] - from[j]) / (to[j] - from[j]);
            back = Math.max(back, share - now);
            for (let n = 0; n < JOINT_COUNT; n++) {
              aside = Math.max(aside, Math.abs(here[n] - (from[n] + (to[n] - from[n]) * now)));
            }
            share = now;
          }
          expect(largestChange(row(samples[0], i), to)).toBeLessThan(1e-9);
          // At rest: the steps around the stop are those of an acceleration from nothing.
          if (i > 0 && i + 1 < sampleCount) {
            const gap = largestChange(row(samples[0], i - 1), row(samples[0], i + 1));
            expect(gap).toBeLessThan(2 * PERIOD_S ** 2 * Math.max(...accelerationRadPerS2));
          }
        }
        expect(back).toBeLessThan(1e-9);
        expect(aside).toBeLessThan(1e-9);
      }),
      { seed, numRuns: 100 },
    );
  });

  test('that is smooth passes its points in order', () => {
    fc.assert(
      fc.property(key, (k) => {
        const path = randomPath(k, 'smooth');
        const limits = randomLimits(k);
        const { samples, sampleCount } = timePaths([path], limits, PERIOD_S);
        const rows = path.points.length / JOINT_COUNT;
        let i = 0;
        for (let point = 0; point < rows; point++) {
          const wanted = row(path.points, point);
          // No joint moves further than its speed limit allows between two samples.
          const near = limits.speedShare * Math.max(...speedRadPerS) * PERIOD_S;
          while (i < sampleCount && largestChange(row(samples[0], i), wanted) > near) i += 1;
          expect(i, `point ${point} of ${rows}`).toBeLessThan(sampleCount);
        }
      }),
      { seed, numRuns: 100 },
    );
  });

  test('takes longer with lower limits', () => {
    const quarter = { ...FULL, speedShare: 0.25, accelerationShare: 0.25, jerkShare: 0.25, toolSpeedMPerS: 0.4 };
    fc.assert(
      fc.property(key, kind, (k, pathKind) => {
        const path = randomPath(k, pathKind);
        const fast = timePaths([path], FULL, PERIOD_S);
        const slow = timePaths([path], quarter, PERIOD_S);
        // On straight stretches always; on a path with sharp bends the search for the best speed goes by steps.
        expect(slow.durationS).toBeGreaterThanOrEqual(fast.durationS * (pathKind === 'stops' ? 1 : 0.8));
      }),
      { seed, numRuns: 100 },
    );
  });

  test('of a planner takes a time a person would expect', () => {
    // A quarter turn of the base at full limits: cruising at 2.175 rad/s, a tenth of a second for each ramp.
    const quarter = Float64Array.from([
      ...minRad
        .map(() => 0)
        .fill(-1, 3, 4)
        .fill(1, 5, 6),
      Math.PI / 2,
      0,
      0,
      -1,
      0,
      1,
      0,
    ]);
    expect(timePaths([{ kind: 'stops', points: quarter }], FULL, PERIOD_S).durationS).toBeCloseTo(
      Math.PI / 2 / (0.99 * 2.175) + 2.175 / 15 + 15 / 7500,
      1,
    );
    // A rough path at 5 % of every limit stays finite, too.
    const slow = timePaths(
      [randomPath(5, 'smooth')],
      { ...FULL, speedShare: 0.05, accelerationShare: 0.05, jerkShare: 0.05 },
      PERIOD_S,
    );
    expect(slow.durationS).toBeLessThan(600);
  });
});

describe('two arms', () => {
  test('start, stop and end together, each inside its own limits', () => {
    fc.assert(
      fc.property(key, kind, kind, (k, leftKind, rightKind) => {
        // Paths that stop need the same number of points: one stretch each.
        const paths = [randomPath(k, leftKind, 2), randomPath(k + 1, rightKind, 2)];
        const limits = randomLimits(k);
        const { samples, sampleCount, durationS } = timePaths(paths, limits, PERIOD_S);
        expect(samples.map((one) => one.length)).toEqual([sampleCount * JOINT_COUNT, sampleCount * JOINT_COUNT]);
        for (const path of paths) {
          expect(durationS).toBeGreaterThanOrEqual(timePaths([path], limits, PERIOD_S).durationS - 1e-9);
        }
        // The same share of both ways at every moment.
        const shares = paths.map((path, p) => {
          const [from, to] = [row(path.points, 0), row(path.points, 1)];
          const j = widest(from, to);
          return Array.from(
            { length: sampleCount },
            (_, i) => (samples[p][i * JOINT_COUNT + j] - from[j]) / (to[j] - from[j]),
          );
        });
        expect(largestChange(shares[0], shares[1])).toBeLessThan(1e-6);
      }),
      { seed, numRuns: 60 },
    );
  });

  test('on smooth paths of as many points pass row k at the same moment, however far each has to go', () => {
    const rows = 6;
    const paths = [1, 2].map((key): TimedPath => {
      const random = createRandomStream(key, 'in step');
      const start = minRad.map((low, j) => random.uniform(low + 0.3, maxRad[j] - 1.3));
      // One arm goes far where the other goes nearly nowhere.
      const share = (k: number) => (key === 1 ? (k * k) / 25 : Math.sqrt(k / 5));
      const points = Array.from({ length: rows }, (_, k) => start.map((angle) => angle + share(k))).flat();
      return { kind: 'smooth', points: Float64Array.from(points) };
    });
    const { samples, sampleCount } = timePaths(paths, FULL, PERIOD_S);
    for (let k = 0; k < rows; k++) {
      const missRad = Array.from({ length: sampleCount }, (_, i) =>
        Math.max(...samples.map((one, p) => largestChange(row(one, i), row(paths[p].points, k)))),
      );
      // Less than what a joint turns between two samples.
      expect(Math.min(...missRad)).toBeLessThan(0.005);
    }
  });

  test('one may stand still while the other moves', () => {
    const still: TimedPath = { kind: 'stops', points: Float64Array.from([0, 0, 0, -1, 0, 1, 0]) };
    const moving = randomPath(3, 'smooth');
    const { samples, sampleCount } = timePaths([still, moving], FULL, PERIOD_S);
    expect(samples[0].every((value, n) => value === still.points[n % JOINT_COUNT])).toBe(true);
    expect(largestChange(row(samples[1], sampleCount - 1), moving.points.subarray(-JOINT_COUNT))).toBeLessThan(1e-9);
  });

  test('different numbers of stops cannot be synchronised and are refused', () => {
    const three: TimedPath = { kind: 'stops', points: new Float64Array(3 * JOINT_COUNT).map((_, i) => i / 100) };
    const two: TimedPath = { kind: 'stops', points: three.points.slice(0, 2 * JOINT_COUNT) };
    expect(() => timePaths([three, two], FULL, PERIOD_S)).toThrow(RangeError);
    expect(() => timePaths([three, { ...two, kind: 'smooth' }], FULL, PERIOD_S)).toThrow(RangeError);
    expect(timePaths([three, three], FULL, PERIOD_S).sampleCount).toBeGreaterThan(2);
  });
});

describe('degenerate paths', () => {
  const here = [0.1, -0.5, 0.2, -2, 0.1, 1.5, 0.3];

  test.each<[string, number]>([
    ['a single point', 1],
    ['the same point twice', 2],
    ['the same point nine times', 9],
  ])('%s needs no time and one sample', (_what, count) => {
    for (const pathKind of ['stops', 'smooth'] as const) {
      const points = Float64Array.from(Array.from({ length: count }, () => here).flat());
      const { samples, sampleCount, durationS } = timePaths([{ kind: pathKind, points }], FULL, PERIOD_S);
      expect([sampleCount, durationS]).toEqual([1, 0]);
      expect([...samples[0]]).toEqual(here);
    }
  });

  test.each([1e-3, 1e-5, 1e-7, 2e-9])('a motion of %d rad is a short one that arrives', (tiny) => {
    for (const pathKind of ['stops', 'smooth'] as const) {
      const there = here.map((value) => value + tiny);
      const points = Float64Array.from([...here, ...there]);
      const { samples, sampleCount, durationS } = timePaths([{ kind: pathKind, points }], FULL, PERIOD_S);
      expect(durationS).toBeLessThan(0.1);
      expect(sampleCount).toBeGreaterThan(1);
      expect(largestChange(row(samples[0], sampleCount - 1), there)).toBeLessThan(1e-12);
    }
  });

  test('points that repeat on the way do not disturb a smooth path', () => {
    const path = randomPath(11, 'smooth');
    const rows = path.points.length / JOINT_COUNT;
    const doubled = Float64Array.from(
      Array.from({ length: rows }, (_, i) => [...row(path.points, i), ...row(path.points, i)]).flat(),
    );
    const plain = timePaths([path], FULL, PERIOD_S);
    expect(timePaths([{ kind: 'smooth', points: doubled }], FULL, PERIOD_S)).toEqual(plain);
  });

  test('the same path gives bit for bit the same samples', () => {
    const path = randomPath(seed, 'smooth');
    expect(timePaths([path], FULL, PERIOD_S)).toEqual(timePaths([path], FULL, PERIOD_S));
  });
});
