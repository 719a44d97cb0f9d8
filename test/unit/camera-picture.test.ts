import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import {
  deprojectPixel,
  type Intrinsics,
  intrinsicsFromFov,
  lookAt,
  projectPoint,
} from '../../sim/cameras/camera-model.ts';
import { paint } from '../../sim/cameras/material.ts';
import { type CameraOptions, renderRgbd } from '../../sim/cameras/ray-camera.ts';
import { aimRay, createHit, createRay, isBlocked } from '../../sim/cameras/ray-query.ts';
import { createRayScene, type RayInstance } from '../../sim/cameras/ray-scene.ts';
import { renderScene, sceneForRays, type ViewPart } from '../../sim/cameras/scene-view.ts';
import { STUDIO_LIGHTING, scaleLighting } from '../../sim/cameras/shading.ts';
import { createShadows } from '../../sim/cameras/shadows.ts';
import { cylinder, roundedBox, sphere } from '../../sim/cameras/shapes.ts';
import { createRandomStream } from '../../sim/random.ts';
import {
  compose,
  IDENTITY_POSE,
  invert,
  normalize,
  type Pose,
  quatNormalize,
  transformPoint,
  type Vec3,
} from '../../sim/spatial.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const white = paint([0.9, 0.9, 0.9]);
const red = paint([0.8, 0.1, 0.1]);

function at(x: number, y: number, z: number): Pose {
  return { position: [x, y, z], quatWxyz: [1, 0, 0, 0] };
}

function camera(worldFromCamera: Pose, more: Partial<CameraOptions> = {}): CameraOptions {
  return { width: 96, height: 72, verticalFovRad: 0.9, worldFromCamera, shadows: 'on', ...more };
}

/** World points of all pixels that met something. */
function pointsOf(
  image: { width: number; depthM: Float32Array; intrinsics: Intrinsics },
  worldFromCamera: Pose,
): { u: number; v: number; point: Vec3 }[] {
  const points: { u: number; v: number; point: Vec3 }[] = [];
  image.depthM.forEach((depth, pixel) => {
    if (depth === 0) return;
    const [u, v] = [pixel % image.width, Math.floor(pixel / image.width)];
    points.push({ u, v, point: transformPoint(worldFromCamera, deprojectPixel(image.intrinsics, u, v, depth)) });
  });
  return points;
}

describe('the depth of the camera', () => {
  it('is metric along the optical axis, not along the ray', () => {
    const image = renderRgbd(
      createRayScene([{ id: 1, shape: { kind: 'plane', material: white }, worldFromShape: IDENTITY_POSE }]),
      camera(lookAt([0.3, -0.2, 1.25], [0.3, -0.2, 0])),
    );
    for (const depth of image.depthM) expect(depth).toBeCloseTo(1.25, 6);
    expect(new Set(image.instanceIds)).toEqual(new Set([1]));
  });

  it('leads back to the surface that was drawn, from any side', () => {
    const random = createRandomStream(seed, 'depth');
    for (let i = 0; i < 12; i++) {
      const worldFromShape: Pose = {
        position: [random.uniform(-0.2, 0.2), random.uniform(-0.2, 0.2), random.uniform(0, 0.3)],
        quatWxyz: quatNormalize([
          random.gaussian(0, 1),
          random.gaussian(0, 1),
          random.gaussian(0, 1),
          random.gaussian(0, 1),
        ]),
      };
      const worldFromCamera = lookAt(
        [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(0.6, 1.4)],
        worldFromShape.position,
      );
      const shapeFromWorld = invert(worldFromShape);
      const check = (shape: RayInstance['shape'], offSurface: (point: Vec3) => number) => {
        const image = renderRgbd(createRayScene([{ id: 7, shape, worldFromShape }]), camera(worldFromCamera));
        const points = pointsOf(image, worldFromCamera);
        expect(points.length).toBeGreaterThan(50);
        for (const { point } of points) {
          expect(Math.abs(offSurface(transformPoint(shapeFromWorld, point)))).toBeLessThan(2e-6);
        }
      };
      check({ kind: 'sphere', radiusM: 0.2, material: red }, ([x, y, z]) => Math.hypot(x, y, z) - 0.2);
      check({ kind: 'box', size: [0.3, 0.2, 0.25], material: red }, ([x, y, z]) =>
        Math.max(Math.abs(x) - 0.15, Math.abs(y) - 0.1, Math.abs(z) - 0.125),
      );
      check({ kind: 'cylinder', radiusM: 0.15, heightM: 0.3, material: red }, ([x, y, z]) =>
        Math.max(Math.hypot(x, y) - 0.15, Math.abs(z) - 0.15),
      );
    }
  });

  it('is the same for a shape and for its mesh', () => {
    const worldFromShape: Pose = { position: [0.05, 0.02, 0.2], quatWxyz: quatNormalize([0.9, 0.2, -0.3, 0.1]) };
    const options = camera(lookAt([0.9, -0.7, 0.8], [0, 0, 0.2]), { shadows: 'off' });
    const picture = (shape: RayInstance['shape']) =>
      renderRgbd(createRayScene([{ id: 1, shape, worldFromShape }]), options);
    const meshOf = (mesh: ReturnType<typeof sphere>) =>
      ({ kind: 'mesh', surfaces: [{ mesh, material: red }] }) as const;
    const box = picture({ kind: 'box', size: [0.3, 0.2, 0.1], material: red });
    const boxMesh = picture(meshOf(roundedBox([0, 0, 0], [0.3, 0.2, 0.1], 0)));
    box.depthM.forEach((depth, pixel) => {
      expect(boxMesh.depthM[pixel]).toBeCloseTo(depth, 6);
    });
    expect(boxMesh.instanceIds).toEqual(box.instanceIds);
    expect(boxMesh.colorSrgb).toEqual(box.colorSrgb);
    const pipe = picture({ kind: 'cylinder', radiusM: 0.1, heightM: 0.2, material: red });
    const pipeMesh = picture(meshOf(cylinder([0, 0, -0.1], [0, 0, 0.1], 0.1, 0, 200)));
    let apart = 0;
    pipe.depthM.forEach((depth, pixel) => {
      if (Math.abs(pipeMesh.depthM[pixel] - depth) > 5e-4) apart++;
    });
    expect(apart).toBeLessThan(pipe.depthM.length * 0.01);
  });

  it('takes the nearest of several things, and nothing behind the camera', () => {
    const worldFromCamera = lookAt([0, 0, 1], [0, 0, 0]);
    const scene = createRayScene([
      { id: 1, shape: { kind: 'plane', material: white }, worldFromShape: at(0, 0, -0.5) },
      { id: 2, shape: { kind: 'box', size: [0.3, 0.3, 0.1], material: red }, worldFromShape: at(0, 0, 0) },
      { id: 3, shape: { kind: 'sphere', radiusM: 0.05, material: red }, worldFromShape: at(0, 0, 0.3) },
      { id: 4, shape: { kind: 'sphere', radiusM: 0.05, material: red }, worldFromShape: at(0, 0, 1.5) },
    ]);
    const image = renderRgbd(scene, camera(worldFromCamera, { width: 65, height: 65 }));
    const middle = 32 * 65 + 32;
    expect(image.instanceIds[middle]).toBe(3);
    expect(image.depthM[middle]).toBeCloseTo(0.65, 6);
    expect(image.instanceIds[middle + 8]).toBe(2);
    expect(image.depthM[middle + 8]).toBeCloseTo(0.95, 6);
    expect(image.instanceIds[0]).toBe(1);
    expect([...image.instanceIds]).not.toContain(4);
  });

  it('sees the inside of a box it stands in', () => {
    const scene = createRayScene([
      { id: 1, shape: { kind: 'box', size: [2, 2, 2], material: white }, worldFromShape: at(0, 0, 0) },
    ]);
    const image = renderRgbd(scene, camera(lookAt([0, 0, 0], [0.9, 0, 0])));
    expect(Math.min(...image.depthM)).toBeGreaterThan(0.5);
    expect(image.depthM[36 * 96 + 48]).toBeCloseTo(1, 5);
  });
});

describe('the intrinsics of the camera', () => {
  it('say where a point appears', () => {
    const random = createRandomStream(seed, 'intrinsics');
    const worldFromCamera = lookAt([1.1, -0.8, 0.9], [0.1, 0, 0.1]);
    for (let i = 0; i < 8; i++) {
      const centre: Vec3 = [random.uniform(-0.15, 0.3), random.uniform(-0.2, 0.2), random.uniform(0, 0.3)];
      const image = renderRgbd(
        createRayScene([
          { id: 1, shape: { kind: 'sphere', radiusM: 0.02, material: red }, worldFromShape: at(...centre) },
        ]),
        camera(worldFromCamera, { width: 320, height: 240 }),
      );
      const points = pointsOf(image, worldFromCamera);
      const mean = (value: (p: { u: number; v: number }) => number) =>
        points.reduce((sum, p) => sum + value(p), 0) / points.length;
      const seen = projectPoint(image.intrinsics, transformPoint(invert(worldFromCamera), centre));
      expect(Math.abs(mean((p) => p.u) - (seen?.u ?? Number.NaN))).toBeLessThan(0.3);
      expect(Math.abs(mean((p) => p.v) - (seen?.v ?? Number.NaN))).toBeLessThan(0.3);
    }
  });

  it('give the angle between the outer edges of the first and the last row', () => {
    const { fx, fy, cx, cy } = intrinsicsFromFov(320, 200, 0.8);
    expect(fx).toBe(fy);
    expect([cx, cy]).toEqual([159.5, 99.5]);
    expect(2 * Math.atan(100 / fy)).toBeCloseTo(0.8, 12);
    expect(deprojectPixel({ fx, fy, cx, cy }, cx + fx, cy, 2)).toEqual([2, 0, 2]);
    expect(projectPoint({ fx, fy, cx, cy }, [0, 0, -1])).toBeUndefined();
  });

  it('refuse an impossible image', () => {
    expect(() => intrinsicsFromFov(0, 10, 1)).toThrow(RangeError);
    expect(() => intrinsicsFromFov(10, 10.5, 1)).toThrow(RangeError);
    expect(() => intrinsicsFromFov(10, 10, Math.PI)).toThrow(/field of view/);
    expect(() => renderRgbd(createRayScene([]), camera(IDENTITY_POSE, { samplesPerPixel: 0 }))).toThrow(/samples/);
  });
});

describe('a camera that looks at a point', () => {
  it('has it straight ahead, with up at the top of the image', () => {
    const random = createRandomStream(seed, 'look-at');
    for (let i = 0; i < 50; i++) {
      const eye: Vec3 = [random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(-2, 2)];
      const target: Vec3 = [random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(-2, 2)];
      const cameraFromWorld = invert(lookAt(eye, target));
      const [x, y, z] = transformPoint(cameraFromWorld, target);
      expect(Math.hypot(x, y)).toBeLessThan(1e-9);
      expect(z).toBeGreaterThan(0);
      expect(transformPoint(cameraFromWorld, [target[0], target[1], target[2] + 0.1])[1]).toBeLessThan(0);
    }
  });

  it('may look straight down: x is then up in the image', () => {
    const cameraFromWorld = invert(lookAt([0, 0, 1], [0, 0, 0]));
    const [x, y, z] = transformPoint(cameraFromWorld, [0.1, 0, 0]);
    expect([x, y, z].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([0, -0.1, 1]);
  });
});

describe('the light of the camera', () => {
  const table: ViewPart = { body: 'table', shape: { kind: 'box', size: [2, 2, 0.1] }, material: white };
  const block: ViewPart = { body: 'block', shape: { kind: 'box', size: [0.2, 0.2, 0.2] }, material: red };
  const bodies = new Map([
    ['table', at(0, 0, -0.05)],
    ['block', at(0, 0, 0.4)],
  ]);
  const options = camera(lookAt([0, 0, 3], [0, 0, 0]), { width: 128, height: 128, verticalFovRad: 0.6 });
  const brightness = (image: { colorSrgb: Uint8Array; width: number }, u: number, v: number) =>
    image.colorSrgb[(v * image.width + u) * 3];

  it('throws a shadow where the way to the lamp is blocked, and nowhere else', () => {
    const lit = renderScene({ bodies, parts: [table, block] }, { ...options, shadows: 'off' });
    const shadowed = renderScene({ bodies, parts: [table, block] }, options);
    const cameraFromWorld = invert(options.worldFromCamera);
    const toward = STUDIO_LIGHTING.towardKey;
    let [dark, alike] = [0, 0];
    for (const { u, v, point } of pointsOf(shadowed, options.worldFromCamera)) {
      if (point[2] > 0.01) continue;
      // Where the ray to the lamp passes the height of the block's underside and of its top.
      const passes = [0.3, 0.5].map((z) => [
        point[0] + (toward[0] * z) / toward[2],
        point[1] + (toward[1] * z) / toward[2],
      ]);
      const inside = (margin: number) => passes.some(([x, y]) => Math.max(Math.abs(x), Math.abs(y)) < 0.1 - margin);
      const [before, after] = [brightness(lit, u, v), brightness(shadowed, u, v)];
      if (inside(0.01)) {
        expect(after).toBeLessThan(before - 20);
        dark++;
      } else if (Math.min(...passes.map(([x, y]) => Math.hypot(x, y))) > 0.35) {
        expect(after).toBe(before);
        alike++;
      }
    }
    expect(dark).toBeGreaterThan(50);
    expect(alike).toBeGreaterThan(1000);
    expect(transformPoint(cameraFromWorld, [0, 0, 0])[2]).toBeCloseTo(3, 9);
  });

  it('asks only what can be in the way, and misses nothing that is', () => {
    const random = createRandomStream(seed, 'lamp');
    for (let round = 0; round < 10; round++) {
      const place = (): Pose => ({
        position: [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(0, 1)],
        quatWxyz: quatNormalize([1, random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)]),
      });
      const size = () => random.uniform(0.02, 0.3);
      const instances: RayInstance[] = [];
      for (let i = 0; i < 6; i++) {
        const ball = sphere([0, 0, 0], size(), 12);
        instances.push(
          { id: 1, shape: { kind: 'box', size: [size(), size(), size()], material: red }, worldFromShape: place() },
          { id: 1, shape: { kind: 'mesh', surfaces: [{ mesh: ball, material: red }] }, worldFromShape: place() },
        );
      }
      const scene = createRayScene(instances);
      const towardKey = normalize([random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(0.1, 1)]);
      const shadows = createShadows(scene, { ...STUDIO_LIGHTING, towardKey }, 'on');
      const hit = createHit();
      hit.normals.set([...towardKey, ...towardKey]);
      const ray = createRay();
      let blocked = 0;
      for (let i = 0; i < 1500; i++) {
        const point = [random.uniform(-1.5, 1.5), random.uniform(-1.5, 1.5), random.uniform(-0.5, 1)];
        // The camera lifts its rays 0.2 mm off the surface.
        ray.set([...point.map((value, axis) => value + towardKey[axis] * 2e-4), ...towardKey]);
        aimRay(ray, Number.POSITIVE_INFINITY);
        const wanted = isBlocked(scene, ray, scene.everyInstance, 0, scene.count, -1) ? 0 : 1;
        expect(shadows.keyShare(Float64Array.from(point), hit, new Float64Array(2))).toBe(wanted);
        blocked += 1 - wanted;
      }
      expect(blocked).toBeGreaterThan(5);
    }
  });

  it('is softer with a wide lamp, and the mean stays in between', () => {
    const hard = renderScene({ bodies, parts: [table, block] }, { ...options, samplesPerPixel: 16 });
    const soft = renderScene({ bodies, parts: [table, block] }, { ...options, shadows: 'soft', samplesPerPixel: 16 });
    const levels = (image: { colorSrgb: Uint8Array }) => new Set(image.colorSrgb.filter((_, i) => i % 3 === 0)).size;
    expect(levels(soft)).toBeGreaterThan(levels(hard));
    expect(soft.depthM).toEqual(hard.depthM);
  });

  it('grows and shrinks with the lamp', () => {
    const bright = renderScene({ bodies, parts: [table] }, options);
    const dim = renderScene({ bodies, parts: [table] }, { ...options, lighting: scaleLighting(STUDIO_LIGHTING, 0.5) });
    expect(brightness(dim, 64, 64)).toBeLessThan(brightness(bright, 64, 64) - 30);
    expect(dim.depthM).toEqual(bright.depthM);
  });

  it('keeps the order of colours', () => {
    const image = renderScene({ bodies, parts: [table, block] }, options);
    const [r, g, b] = image.colorSrgb.subarray((64 * 128 + 64) * 3, (64 * 128 + 64) * 3 + 3);
    expect(r).toBeGreaterThan(120);
    expect(g).toBeLessThan(80);
    expect(b).toBeLessThan(80);
  });

  it('fades far things into the background without touching depth', () => {
    const background = { topSrgb: [0.2, 0.4, 0.6], bottomSrgb: [0.2, 0.4, 0.6] } as const;
    const clear = renderScene({ bodies, parts: [table] }, { ...options, background });
    const hazy = renderScene({ bodies, parts: [table] }, { ...options, background, haze: { startM: 1, endM: 2 } });
    expect([...hazy.colorSrgb.subarray(0, 3)]).toEqual([51, 102, 153]);
    expect(hazy.depthM).toEqual(clear.depthM);
  });
});

describe('a picture', () => {
  const parts: readonly ViewPart[] = [
    { body: 'floor', shape: { kind: 'plane' }, material: paint([0.7, 0.7, 0.65]) },
    { body: 'a', shape: { kind: 'box', size: [0.2, 0.2, 0.2] }, material: red },
    { body: 'b', shape: { kind: 'mesh', mesh: sphere([0, 0, 0], 0.12) }, material: paint([0.2, 0.4, 0.9], 0.2) },
    { body: 'b', shape: { kind: 'mesh', mesh: cylinder([0, 0, 0], [0, 0, 0.3], 0.03) }, material: white },
  ];
  const bodies = new Map([
    ['floor', IDENTITY_POSE],
    ['a', { position: [0.15, 0.1, 0.1], quatWxyz: quatNormalize([1, 0, 0, 0.4]) } as Pose],
    ['b', at(-0.1, -0.1, 0.12)],
  ]);
  const options = camera(lookAt([1, -0.9, 0.8], [0, 0, 0.1]), { samplesPerPixel: 4, shadows: 'soft' });
  const digest = (image: { colorSrgb: Uint8Array; depthM: Float32Array }) =>
    bytesToHex(sha256(new Uint8Array([...image.colorSrgb, ...new Uint8Array(image.depthM.buffer)])));

  it('has the same bytes every time, with whatever was drawn in between', () => {
    const first = digest(renderScene({ bodies, parts }, options));
    renderScene({ bodies, parts: parts.slice(0, 2) }, { ...options, samplesPerPixel: 1 });
    expect(digest(renderScene({ bodies, parts: [...parts] }, options))).toBe(first);
  });

  it('moves with its bodies', () => {
    const shift: Pose = { position: [0.4, -0.3, 0], quatWxyz: quatNormalize([1, 0, 0, 0.7]) };
    const moved = new Map([...bodies].map(([name, pose]) => [name, compose(shift, pose)]));
    const still = renderScene({ bodies, parts }, options);
    const carried = renderScene(
      { bodies: moved, parts },
      { ...options, worldFromCamera: compose(shift, options.worldFromCamera) },
    );
    let apart = 0;
    still.depthM.forEach((depth, pixel) => {
      if (Math.abs(carried.depthM[pixel] - depth) > 1e-5) apart++;
    });
    expect(apart).toBeLessThan(20);
  });

  it('numbers the bodies in their order', () => {
    const { instanceIds } = renderScene({ bodies, parts }, options);
    expect(new Set(instanceIds)).toEqual(new Set([1, 2, 3]));
  });

  it('says which part has no body', () => {
    expect(() => sceneForRays({ bodies: new Map(), parts })).toThrow(/"floor", which has no pose/);
  });

  it('prepares meshes once, even when the list of parts is made anew', () => {
    const once = sceneForRays({ bodies, parts }).geometries.filter((geometry) => geometry !== undefined);
    const again = sceneForRays({ bodies, parts: parts.map((part) => ({ ...part })) }).geometries;
    expect(once).toHaveLength(1);
    expect(again).toContain(once[0]);
  });
});
