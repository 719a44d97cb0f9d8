import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Point, Polygon, Region } from '../../skills/sandbox/modules/geometry.ts';
import * as geometry from '../../skills/sandbox/modules/geometry.ts';
import { openBench } from './sandbox-bench.ts';

const settings = { seed: Number(process.env.CAPSTAN_TEST_SEED), numRuns: 60 };
/** Whole micrometres: no camera tells points apart that are nearer. */
const coordinate = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((um) => um / 1e6);
const point = fc.tuple(coordinate, coordinate);
const boxes = fc
  .tuple(
    point,
    fc.double({ min: 0.1, max: 1, noNaN: true }),
    fc.double({ min: 0.1, max: 1, noNaN: true }),
    fc.double({ min: -3, max: 3, noNaN: true }),
  )
  .map(([center, length, width, yaw]) => geometry.rectangle(center, length, width, yaw));
const square = geometry.rectangle([0, 0], 2, 2);

/** Twice the signed area (the shoelace formula), independent of the library. */
function shoelace(ring: readonly Point[]): number {
  return (
    ring.reduce((sum, [x, y], i) => {
      const [u, v] = ring[(i + 1) % ring.length];
      return sum + x * v - u * y;
    }, 0) / 2
  );
}

/** Whether a point lies inside, by the crossings of a ray, independent of the library. */
function inside([x, y]: Point, ring: readonly Point[]): boolean {
  return ring.reduce((odd, [ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length];
    return ay > y !== by > y && x < ax + ((y - ay) * (bx - ax)) / (by - ay) ? !odd : odd;
  }, false);
}

function insideRegion(at: Point, region: Region): boolean {
  return region.some(({ outline, holes }) => inside(at, outline) && !holes.some((hole) => inside(at, hole)));
}

describe('capstan:geometry', () => {
  test('joins, cuts and subtracts areas: each point lies where it should', () => {
    fc.assert(
      fc.property(boxes, boxes, fc.array(point, { minLength: 30, maxLength: 30 }), (a, b, probes) => {
        const [both, either, only] = [geometry.intersection(a, b), geometry.union(a, b), geometry.difference(a, b)];
        for (const probe of probes) {
          // A probe on an edge, to rounding, may lie on either side of it.
          const edge = (ring: Polygon) => geometry.closestPointOnLine(probe, [...ring, ring[0]]).distanceM;
          if (Math.min(edge(a), edge(b)) < 1e-9) continue;
          const [inA, inB] = [inside(probe, a), inside(probe, b)];
          expect(insideRegion(probe, both)).toBe(inA && inB);
          expect(insideRegion(probe, either)).toBe(inA || inB);
          expect(insideRegion(probe, only)).toBe(inA && !inB);
          expect(geometry.contains(a, probe)).toBe(inA);
        }
        const [sumA, sumB] = [Math.abs(shoelace(a)), Math.abs(shoelace(b))];
        const areaOf = (region: Region) => (region.length === 0 ? 0 : geometry.area(region));
        expect(areaOf(either) + areaOf(both)).toBeCloseTo(sumA + sumB, 9);
        expect(areaOf(only) + areaOf(both)).toBeCloseTo(sumA, 9);
        expect(geometry.intersects(a, b)).toBe(geometry.distance(a, b) === 0);
      }),
      settings,
    );
  });

  test('gives outlines counter-clockwise, holes clockwise, the largest part first', () => {
    const ring = geometry.difference(square, geometry.rectangle([0, 0], 1, 1));
    expect(ring).toHaveLength(1);
    expect(shoelace(ring[0].outline)).toBe(4);
    expect(ring[0].holes.map(shoelace)).toEqual([-1]);
    expect(geometry.area(ring)).toBe(3);
    expect(geometry.perimeter(ring)).toBe(12);
    const parts = geometry.difference(square, geometry.rectangle([0.5, 0], 0.2, 4));
    expect(parts.map(({ outline }) => Math.abs(shoelace(outline)) > 1)).toEqual([true, false]);
    expect(geometry.area(geometry.unionAll([parts, square, geometry.rectangle([5, 5], 1, 1)]))).toBeCloseTo(5, 12);
    expect(geometry.unionAll([])).toEqual([]);
  });

  test('grows and shrinks areas', () => {
    const grown = geometry.buffer(square, 0.5);
    // The square, four sides, and a circle of 32 corners.
    expect(geometry.area(grown)).toBeCloseTo(4 + 4 + 16 * 0.25 * Math.sin(Math.PI / 16), 9);
    expect(geometry.area(geometry.buffer(square, -0.25))).toBeCloseTo(2.25, 12);
    expect(geometry.buffer(square, -1.1)).toEqual([]);
    expect(
      geometry.contains(
        geometry.bufferLine(
          [
            [0, 0],
            [1, 0],
          ],
          0.1,
        ),
        [0.5, 0.0999],
      ),
    ).toBe(true);
  });

  test('finds the hull, and the least rectangle, around any points', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 4, maxLength: 40 }), (points) => {
        const { min, max } = geometry.boundingBox(points);
        fc.pre(max[0] - min[0] > 0.1 && max[1] - min[1] > 0.1);
        let hull: Polygon;
        try {
          hull = geometry.convexHull(points);
        } catch (error) {
          fc.pre(!/one line/.test(String(error)));
          throw error;
        }
        const found = geometry.minimumRotatedRectangle(points);
        const { center, lengthM, widthM, yawRad, corners } = found;
        expect(lengthM).toBeGreaterThanOrEqual(widthM);
        expect(Math.abs(shoelace(corners))).toBeCloseTo(lengthM * widthM, 9);
        for (const [x, y] of points) {
          const [dx, dy] = [x - center[0], y - center[1]];
          expect(Math.abs(dx * Math.cos(yawRad) + dy * Math.sin(yawRad))).toBeLessThan(lengthM / 2 + 1e-9);
          expect(Math.abs(dy * Math.cos(yawRad) - dx * Math.sin(yawRad))).toBeLessThan(widthM / 2 + 1e-9);
          expect(geometry.distanceToArea([x, y], hull)).toBeLessThan(1e-9);
        }
        // No turn of a box around the points is smaller.
        for (let k = 0; k < 90; k++) {
          const [c, s] = [Math.cos((k * Math.PI) / 180), Math.sin((k * Math.PI) / 180)];
          const box = geometry.boundingBox(points.map(([x, y]) => [x * c + y * s, y * c - x * s]));
          const area = (box.max[0] - box.min[0]) * (box.max[1] - box.min[1]);
          expect(lengthM * widthM).toBeLessThan(area * (1 + 1e-9));
        }
      }),
      settings,
    );
  });

  test('recovers a rectangle that it made', () => {
    const made = geometry.rectangle([0.4, -0.1], 0.2, 0.05, 0.6);
    const found = geometry.minimumRotatedRectangle(made);
    expect(found.yawRad).toBeCloseTo(0.6, 12);
    expect([found.lengthM, found.widthM]).toEqual([expect.closeTo(0.2, 12), expect.closeTo(0.05, 12)]);
    expect(found.center).toEqual([expect.closeTo(0.4, 12), expect.closeTo(-0.1, 12)]);
    expect(geometry.area(geometry.circle([3, 4], 0.1))).toBeCloseTo(16 * 0.01 * Math.sin(Math.PI / 16), 12);
  });

  test('measures along lines and finds what is nearest', () => {
    const line: Point[] = [
      [0, 0],
      [3, 0],
      [3, 4],
    ];
    expect(geometry.lineLength(line)).toBe(7);
    expect(geometry.interpolate(line, 5)).toEqual([3, 2]);
    expect([geometry.interpolate(line, -1), geometry.interpolate(line, 99)]).toEqual([
      [0, 0],
      [3, 4],
    ]);
    expect(geometry.closestPointOnLine([5, 1], line)).toEqual({ point: [3, 1], alongM: 4, distanceM: 2 });
    expect(geometry.resample(line, 1)).toHaveLength(8);
    expect(geometry.resample(line, 1.1)).toHaveLength(8);
    expect(geometry.closestPointOnArea([3, 0.5], square)).toEqual([1, 0.5]);
    expect(geometry.closestPointOnArea([0.2, 0.5], square)).toEqual([0.2, 0.5]);
    expect(geometry.distanceToArea([4, 5], square)).toBe(5);
    expect(geometry.distance(square, geometry.rectangle([4, 0], 2, 2))).toBe(2);
    expect(
      geometry.clipLine(
        [
          [-5, 0.5],
          [5, 0.5],
        ],
        square,
      ),
    ).toEqual([
      [
        [-1, 0.5],
        [1, 0.5],
      ],
    ]);
    expect(
      geometry.lineIntersections(
        [
          [0, 0],
          [2, 2],
        ],
        [
          [0, 2],
          [2, 0],
        ],
      ),
    ).toEqual([[1, 1]]);
    expect(
      geometry.simplify(
        [
          [0, 0],
          [1, 0.01],
          [2, 0],
        ],
        0.05,
      ),
    ).toEqual([
      [0, 0],
      [2, 0],
    ]);
    expect(geometry.simplifyArea(geometry.circle([0, 0], 1), 0.2)[0].outline.length).toBeLessThan(32);
    expect(
      geometry.centroid([
        [0, 0],
        [3, 0],
        [0, 3],
      ]),
    ).toEqual([1, 1]);
  });

  test('covers every point of an area with strokes to and fro', () => {
    fc.assert(
      fc.property(boxes, fc.double({ min: -3, max: 3, noNaN: true }), (box, direction) => {
        const strokes = geometry.coverStrokes(box, 0.08, direction);
        const swept = geometry.unionAll(strokes.map((stroke) => geometry.bufferLine(stroke, 0.06)));
        const left = geometry.difference(box, swept);
        // Corners of the box may lie just beyond the round ends of the strokes.
        expect(left.length === 0 ? 0 : geometry.area(left)).toBeLessThan(2e-3);
        const turns = strokes.slice(1).map((stroke, i) => {
          const [a, b] = [strokes[i], stroke];
          return (a[1][0] - a[0][0]) * (b[1][0] - b[0][0]) + (a[1][1] - a[0][1]) * (b[1][1] - b[0][1]);
        });
        for (const turn of turns) expect(turn).toBeLessThan(0);
      }),
      { ...settings, numRuns: 15 },
    );
  });

  const crossed: Polygon = [
    [0, 0],
    [1, 1],
    [1, 0],
    [0, 1],
  ];
  test.each<[string, () => unknown, RegExp]>([
    [
      'an outline that crosses itself',
      () => geometry.area(crossed),
      /of crosses or touches itself near \[0\.5, 0\.5\].*convexHull/,
    ],
    [
      'two points',
      () =>
        geometry.area([
          [0, 0],
          [1, 1],
        ]),
      /of has 2 points; it needs at least 3/,
    ],
    [
      'a ring without corners',
      () =>
        geometry.area([
          [0, 0],
          [1, 1],
          [0, 0],
        ]),
      /2 different corners/,
    ],
    [
      'NaN',
      () =>
        geometry.union(square, [
          [0, 0],
          [1, Number.NaN],
          [1, 1],
        ]),
      /union: the y of b\[1\] is NaN/,
    ],
    ['a position with a height', () => geometry.convexHull([[0, 0, 0]] as unknown as Polygon), /needs at least 3/],
    [
      'positions with heights',
      () => geometry.boundingBox([[0, 0, 0.2]] as unknown as Polygon),
      /flat, a point is \[x, y\]/,
    ],
    [
      'points on a line',
      () =>
        geometry.convexHull([
          [0, 0],
          [1, 1],
          [2, 2],
        ]),
      /lie on one line/,
    ],
    [
      'a line of no length',
      () =>
        geometry.bufferLine(
          [
            [1, 1],
            [1, 1],
          ],
          0.1,
        ),
      /has no length/,
    ],
    [
      'a negative tolerance',
      () =>
        geometry.simplify(
          [
            [0, 0],
            [1, 1],
          ],
          -1,
        ),
      /toleranceM is -1; it must be positive/,
    ],
    ['an empty region', () => geometry.centroid([]), /empty region has no centre/],
    ['a distance from nothing', () => geometry.distance([], square), /empty region is at no distance/],
    [
      'a hole outside',
      () => geometry.area([{ outline: square, holes: [geometry.rectangle([9, 9], 1, 1)] }]),
      /no clean area \(hole lies outside shell\)/,
    ],
  ])('says in words what is wrong with %s', (_what, compute, words) => {
    expect(compute).toThrow(RangeError);
    expect(compute).toThrow(words);
  });

  test('takes rings closed or not, either way round', () => {
    const open: Polygon = [
      [0, 0],
      [2, 0],
      [2, 1],
      [0, 1],
    ];
    expect(geometry.area([...open, open[0]])).toBe(2);
    expect(geometry.area([...open].reverse())).toBe(2);
  });

  test('computes inside the sandbox what it computes here', async () => {
    const bench = await openBench();
    const [line] = await bench.printed(
      `import * as g from 'capstan:geometry';
const a = g.rectangle([0.1, 0.2], 0.5, 0.3, 0.7);
const b = g.circle([0.3, 0.2], 0.2);
console.log(JSON.stringify([g.union(a, b), g.difference(a, b), g.buffer(a, 0.05), g.minimumRotatedRectangle([...a, ...b]), g.coverStrokes(b, 0.1)]));`,
    );
    const a = geometry.rectangle([0.1, 0.2], 0.5, 0.3, 0.7);
    const b = geometry.circle([0.3, 0.2], 0.2);
    const here = [
      geometry.union(a, b),
      geometry.difference(a, b),
      geometry.buffer(a, 0.05),
      geometry.minimumRotatedRectangle([...a, ...b]),
      geometry.coverStrokes(b, 0.1),
    ];
    const numbers = (value: unknown) =>
      JSON.stringify(value)
        .match(/-?\d[\d.e-]*/g)!
        .map(Number);
    // Sines and cosines of the two engines may differ in their last digit.
    const [found, wanted] = [numbers(JSON.parse(line)), numbers(here)];
    expect(found.length).toBe(wanted.length);
    found.forEach((value, i) => {
      expect(Math.abs(value - wanted[i])).toBeLessThan(1e-12);
    });
  });
});
