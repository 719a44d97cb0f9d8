import { describe, expect, it } from 'vitest';
import { createRandomStream, type RandomStream } from '../../sim/random.ts';
import {
  cross,
  dot,
  mat3FromQuat,
  type Pose,
  quatFromAxisAngle,
  quatNormalize,
  rotate,
  transformPoint,
  type Vec3,
} from '../../sim/spatial.ts';
import { PerceptionError } from '../../skills/perception/detector.ts';
import { freeBox, type OrientedBox, uprightBox } from '../../skills/perception/oriented-box.ts';
import { removeLonely, removeOutliers } from '../../skills/perception/outliers.ts';
import { measureObject, perceiveObject } from '../../skills/perception/perceive-object.ts';
import { PixelDetector } from '../../skills/perception/pixel-detector.ts';
import { cloudFromPicture, mergeClouds, type PointCloud, thinCloud } from '../../skills/perception/point-cloud.ts';
import { fitSides, smallestRectangle } from '../../skills/perception/rectangle-fit.ts';
import { fitCircle, fitSphere } from '../../skills/perception/round-fits.ts';
import { supportHeightUnder } from '../../skills/perception/support-plane.ts';
import { drawScoredScene, TABLE_TOP_M } from '../bench/perception-scenes.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

function cloudOf(points: readonly Vec3[]): PointCloud {
  return { count: points.length, positions: Float32Array.from(points.flat()) };
}

/** Points on all faces of a box, or on its top and two sides alone. */
function boxSurface(pose: Pose, size: Vec3, random: RandomStream, faces: 'all' | 'seen', noiseM = 0): PointCloud {
  const points: Vec3[] = [];
  for (let i = 0; i < 3000; i++) {
    const axis = random.integer(3);
    const side = faces === 'all' ? (random.next() < 0.5 ? -1 : 1) : 1;
    const local = [0, 1, 2].map((k) => (k === axis ? (side * size[k]) / 2 : random.uniform(-0.5, 0.5) * size[k]));
    const [x, y, z] = transformPoint(pose, [local[0], local[1], local[2]]);
    points.push([x + random.gaussian(0, noiseM), y + random.gaussian(0, noiseM), z + random.gaussian(0, noiseM)]);
  }
  return cloudOf(points);
}

function drawPose(random: RandomStream, upright: boolean): Pose {
  return {
    position: [random.uniform(0.3, 0.7), random.uniform(-0.3, 0.3), random.uniform(-0.1, 0.3)],
    quatWxyz: upright
      ? quatFromAxisAngle([0, 0, 1], random.uniform(0, 2 * Math.PI))
      : quatNormalize([random.gaussian(0, 1), random.gaussian(0, 1), random.gaussian(0, 1), random.gaussian(0, 1)]),
  };
}

/** Greatest distance from a corner of one box to the nearest corner of another. */
function cornersApart(a: OrientedBox, b: OrientedBox): number {
  const corners = ({ pose, extent }: OrientedBox) =>
    [-1, 1].flatMap((i) =>
      [-1, 1].flatMap((j) =>
        [-1, 1].map((k) => transformPoint(pose, [(i * extent[0]) / 2, (j * extent[1]) / 2, (k * extent[2]) / 2])),
      ),
    );
  const others = corners(b);
  return Math.max(
    ...corners(a).map((p) => Math.min(...others.map((q) => Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])))),
  );
}

function expectRightHanded({ pose, extent }: OrientedBox): void {
  const m = mat3FromQuat(pose.quatWxyz);
  const [x, y, z] = [0, 1, 2].map((k): Vec3 => [m[k], m[3 + k], m[6 + k]]);
  expect(dot(cross(x, y), z)).toBeCloseTo(1, 9);
  expect(Math.hypot(...pose.quatWxyz)).toBeCloseTo(1, 9);
  for (const side of extent) expect(side).toBeGreaterThan(0);
}

describe('a box around points', () => {
  it('is right-handed, with its full sides along its own axes', () => {
    const random = createRandomStream(seed, 'boxes');
    for (let i = 0; i < 20; i++) {
      const pose = drawPose(random, false);
      const extent: Vec3 = [random.uniform(0.12, 0.2), random.uniform(0.06, 0.1), random.uniform(0.02, 0.04)];
      const box = freeBox(boxSurface(pose, extent, random, 'all'));
      expectRightHanded(box);
      expect(cornersApart(box, { pose, extent })).toBeLessThan(0.004);
      // The longest side comes first.
      expect([...box.extent].sort((a, b) => b - a)).toEqual([...box.extent]);
    }
  });

  it('that stands upright reaches down to its support, whose contact no camera sees', () => {
    const random = createRandomStream(seed, 'upright');
    const apart: number[] = [];
    for (let i = 0; i < 20; i++) {
      const pose = drawPose(random, true);
      const extent: Vec3 = [random.uniform(0.03, 0.15), random.uniform(0.03, 0.15), random.uniform(0.03, 0.15)];
      const supportHeightM = pose.position[2] - extent[2] / 2;
      const seen = boxSurface(pose, extent, random, 'seen', 0.0005);
      // Only what lies well above the support was seen.
      const upper = { count: 0, positions: new Float32Array(seen.positions.length) };
      for (let k = 0; k < seen.count; k++) {
        if (seen.positions[k * 3 + 2] < pose.position[2]) continue;
        upper.positions.set(seen.positions.subarray(k * 3, k * 3 + 3), upper.count * 3);
        upper.count++;
      }
      const box = uprightBox(
        { count: upper.count, positions: upper.positions.subarray(0, upper.count * 3) },
        { supportHeightM },
      );
      expectRightHanded(box);
      expect(rotate(box.pose.quatWxyz, [0, 0, 1])[2]).toBeCloseTo(1, 9);
      apart.push(cornersApart(box, { pose, extent }));
    }
    // Of 700 such boxes the worst corner was 2.2 mm off at the median, 4.3 mm for one in a hundred and 5.5 mm at most: a
    // tail that falls by e every 0.6 mm. Either bound is passed by chance in less than one run of 100 000.
    apart.sort((a, b) => a - b);
    expect(apart[9]).toBeLessThan(0.0035);
    expect(apart[19]).toBeLessThan(0.011);
  });

  it('needs points, and all of them finite', () => {
    expect(() => uprightBox(cloudOf([[0, 0, 0]]))).toThrow(PerceptionError);
    expect(() => freeBox(cloudOf([]))).toThrow(/4 points or more/);
    const bad = cloudOf(Array.from({ length: 9 }, (_, i): Vec3 => [i, i * i, i === 4 ? Number.NaN : 0]));
    expect(() => uprightBox(bad)).toThrow(/not a number/);
  });
});

describe('a rectangle', () => {
  it('through the noisy outline of one finds its turn, its place and its sides', () => {
    const random = createRandomStream(seed, 'rectangles');
    for (let i = 0; i < 20; i++) {
      const [cx, cy, yaw] = [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(0, 2 * Math.PI)];
      const [a, b] = [random.uniform(0.03, 0.1), random.uniform(0.03, 0.1)];
      const x: number[] = [];
      const y: number[] = [];
      for (let k = 0; k < 160; k++) {
        const t = random.uniform(-0.5, 0.5);
        const side = random.integer(4);
        const u = (side < 2 ? (side - 0.5) * a : t * a) + random.gaussian(0, 0.0008);
        const v = (side < 2 ? t * b : (side - 2.5) * b) + random.gaussian(0, 0.0008);
        x.push(cx + Math.cos(yaw) * u - Math.sin(yaw) * v);
        y.push(cy + Math.sin(yaw) * u + Math.cos(yaw) * v);
      }
      const start = smallestRectangle(x, y, 0.02);
      if (start === undefined) throw new Error('no rectangle');
      const fit = fitSides(x, y, start);
      expect(Math.hypot(fit.x - cx, fit.y - cy)).toBeLessThan(0.0008);
      const turned = Math.abs(Math.sin(2 * (fit.yawRad - yaw)));
      // Points with this noise along sides of this length turn a line through them by so much, as standard deviation.
      const deviationRad = (0.0008 * Math.sqrt(12 / 160)) / Math.min(a, b);
      expect(turned).toBeLessThan(2 * 6 * deviationRad);
      const swapped = Math.abs(Math.cos(fit.yawRad - yaw)) < 0.5;
      expect(fit.sizeX).toBeCloseTo(swapped ? b : a, 2.6);
      expect(fit.sizeY).toBeCloseTo(swapped ? a : b, 2.6);
      expect(fit.residualM).toBeLessThan(0.0015);
    }
  });

  it('around fewer than three points does not exist', () => {
    expect(smallestRectangle([1, 2], [1, 2], 0)).toBeUndefined();
  });
});

describe('circles and spheres through points', () => {
  it('find centre and radius from a part, with some points far off', () => {
    const random = createRandomStream(seed, 'round');
    for (let i = 0; i < 20; i++) {
      const radius = random.uniform(0.02, 0.06);
      const [cx, cy, cz] = [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(0, 0.3)];
      const x: number[] = [];
      const y: number[] = [];
      const z: number[] = [];
      for (let k = 0; k < 240; k++) {
        const far = k % 24 === 0 ? 0.01 : 0;
        const angle = random.uniform(0, 1.2 * Math.PI);
        x.push(cx + (radius + far + random.gaussian(0, 0.0005)) * Math.cos(angle));
        y.push(cy + (radius + far + random.gaussian(0, 0.0005)) * Math.sin(angle));
      }
      const circle = fitCircle(x, y);
      expect(Math.hypot((circle?.x ?? 9) - cx, (circle?.y ?? 9) - cy)).toBeLessThan(0.0012);
      expect(circle?.radiusM).toBeCloseTo(radius, 2.7);
      const ball: [number[], number[], number[]] = [[], [], z];
      for (let k = 0; k < 400; k++) {
        const up = random.uniform(-0.2, 1);
        const angle = random.uniform(0, Math.PI);
        const flat = Math.sqrt(1 - up * up);
        const r = radius + random.gaussian(0, 0.0005);
        ball[0].push(cx + r * flat * Math.cos(angle));
        ball[1].push(cy + r * flat * Math.sin(angle));
        ball[2].push(cz + r * up);
      }
      const sphere = fitSphere(...ball);
      expect(Math.hypot((sphere?.x ?? 9) - cx, (sphere?.y ?? 9) - cy, (sphere?.z ?? 9) - cz)).toBeLessThan(0.0015);
      expect(sphere?.radiusM).toBeCloseTo(radius, 2.7);
    }
    expect(fitCircle([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])).toBeUndefined();
  });
});

describe('a point cloud', () => {
  it('holds measured depth only, in the base frame', () => {
    const { look, things } = drawScoredScene(seed % 1000, { noise: 'off', occlude: false });
    const [thing] = things;
    const pixels = Uint32Array.from([...look.truth.keys()].filter((i) => look.truth[i] === thing.id));
    const holes = look.observation.depthM.slice();
    pixels.forEach((pixel, i) => {
      if (i % 3 === 0) holes[pixel] = i % 2 === 0 ? 0 : Number.NaN;
    });
    const cloud = cloudFromPicture({ ...look.observation, depthM: holes }, { pixels });
    expect(cloud.count).toBe(pixels.length - Math.ceil(pixels.length / 3));
    const reach = Math.hypot(...thing.size) / 2 + 0.03;
    for (let i = 0; i < cloud.count; i++) {
      const [x, y, z] = cloud.positions.subarray(i * 3, i * 3 + 3);
      const [px, py, pz] = thing.pose.position;
      expect(Math.hypot(x - px, y - py, z - pz)).toBeLessThan(reach);
    }
    expect(() => cloudFromPicture(look.observation, { pixels: Uint32Array.of(1e9) })).toThrow(/mask/);
  });

  it('thins to one mean point per voxel', () => {
    const thin = thinCloud(
      cloudOf([
        [0.001, 0.001, 0],
        [0.003, 0.003, 0],
        [-0.001, 0.001, 0],
        [0.011, 0.001, 0],
      ]),
      0.01,
    );
    expect([...thin.positions].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([
      0.002, 0.002, 0, -0.001, 0.001, 0, 0.011, 0.001, 0,
    ]);
    expect(() => thinCloud(thin, 0)).toThrow(RangeError);
  });

  it('loses the points that stand alone, and only those', () => {
    const random = createRandomStream(seed, 'outliers');
    const surface = boxSurface(drawPose(random, true), [0.1, 0.1, 0.1], random, 'all');
    const flying = cloudOf(
      Array.from({ length: 20 }, (): Vec3 => [random.uniform(1, 2), random.uniform(1, 2), random.uniform(1, 2)]),
    );
    const cloud = mergeClouds([surface, flying]);
    for (const kept of [removeOutliers(cloud), removeLonely(cloud, 5, 0.01)]) {
      for (let i = 0; i < kept.count; i++) expect(kept.positions[i * 3]).toBeLessThan(1);
      expect(kept.count).toBeGreaterThan(surface.count * 0.97);
    }
  });
});

describe('the height of the support', () => {
  it('under a thing comes from the depth around it', () => {
    for (let i = 0; i < 2; i++) {
      const { look, things } = drawScoredScene((seed + i) % 100_000, { occlude: false });
      for (const thing of things) {
        const pixels = Uint32Array.from([...look.truth.keys()].filter((p) => look.truth[p] === thing.id));
        expect(Math.abs((supportHeightUnder(look.observation, { pixels }) ?? 9) - TABLE_TOP_M)).toBeLessThan(0.0015);
      }
    }
  });
});

describe('one thing, measured', () => {
  /** Errors of a cube: place and sides in metres, turn in degrees. */
  async function cubeErrors(from: number, count: number, wrist: boolean) {
    const detector = new PixelDetector();
    const errors: { place: number; turn: number; side: number }[] = [];
    for (let s = from; errors.length < count; s++) {
      const scene = drawScoredScene(s, { kinds: ['cube'], things: 1, occlude: false });
      const [thing] = scene.things;
      const looks = wrist ? [scene.look, scene.lookFromHand(thing)] : [scene.look];
      const seen = await perceiveObject(
        looks.map(({ observation }) => observation),
        detector,
        'cube',
      ).catch((error: unknown) => {
        // The furniture has no colour of its own in these scenes; a cube of the table's look may be lost.
        if (error instanceof PerceptionError) return undefined;
        throw error;
      });
      if (seen === undefined) continue;
      const m = mat3FromQuat(seen.pose.quatWxyz);
      const turn = Math.atan2(m[3], m[0]) - thing.yawRad;
      const offTurn = Math.abs(Math.asin(Math.sin(2 * turn) * Math.cos(2 * turn) * 2) / 4) * (180 / Math.PI);
      const [a, b] = [seen.pose.position, thing.pose.position];
      errors.push({
        place: Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]),
        turn: offTurn,
        side: Math.max(...seen.extent.map((extent, k) => Math.abs(extent - thing.size[k]))),
      });
    }
    return errors;
  }
  /** About one cube in a hundred is measured wrongly, as one seen edge on: of a dozen two may be. */
  const FEW_OUTLIERS = 0.8;
  const at = (values: readonly number[], share: number) =>
    [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1];

  it('is within 2 mm, 3 degrees and 3 mm a side when it is a cube, from the scene camera alone', async () => {
    const errors = await cubeErrors(seed % 100_000, 12, false);
    expect(
      at(
        errors.map(({ place }) => place),
        0.5,
      ),
    ).toBeLessThan(0.002);
    expect(
      at(
        errors.map(({ place }) => place),
        FEW_OUTLIERS,
      ),
    ).toBeLessThan(0.005);
    expect(
      at(
        errors.map(({ turn }) => turn),
        FEW_OUTLIERS,
      ),
    ).toBeLessThan(3);
    expect(
      at(
        errors.map(({ side }) => side),
        FEW_OUTLIERS,
      ),
    ).toBeLessThan(0.003);
  });

  it('is as good or better with the camera on the hand', async () => {
    const errors = await cubeErrors((seed + 31) % 100_000, 4, true);
    expect(
      at(
        errors.map(({ place }) => place),
        0.5,
      ),
    ).toBeLessThan(0.001);
    expect(
      at(
        errors.map(({ turn }) => turn),
        0.5,
      ),
    ).toBeLessThan(1);
  });

  it('says that it found nothing, several, or no depth', async () => {
    const scene = drawScoredScene(seed % 1000, { kinds: ['cube'], things: 1, occlude: false });
    const detector = new PixelDetector();
    const { observation } = scene.look;
    await expect(perceiveObject([observation], detector, 'purple bowl')).rejects.toMatchObject({
      code: 'NOTHING_FOUND',
    });
    await expect(perceiveObject([], detector, 'cube')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const blind = { ...observation, depthM: new Float32Array(observation.depthM.length) };
    await expect(perceiveObject([blind], detector, 'cube')).rejects.toMatchObject({ code: 'NOTHING_FOUND' });
    const mask = {
      label: 'cube',
      score: 1,
      box: [0, 0, 9, 9],
      pixels: Uint32Array.from({ length: 81 }, (_, i) => i),
    } as const;
    expect(() => measureObject([{ observation: blind, mask }])).toThrow(expect.objectContaining({ code: 'NO_DEPTH' }));
  });
});
