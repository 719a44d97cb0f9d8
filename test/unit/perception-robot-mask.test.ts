import { describe, expect, it } from 'vitest';
import type { Observation } from '../../drivers/cameras/camera-port.ts';
import { intrinsicsFromFov } from '../../sim/cameras/camera-model.ts';
import { createRandomStream } from '../../sim/random.ts';
import { type Pose, quatFromAxisAngle, transformPoint, type Vec3 } from '../../sim/spatial.ts';
import { bestNames } from '../../skills/api/best-names.ts';
import type { Mask } from '../../skills/perception/detector.ts';
import { isSameBox } from '../../skills/perception/obstacles.ts';
import { withoutRobot } from '../../skills/perception/robot-mask.ts';

const random = createRandomStream(Number(process.env.CAPSTAN_TEST_SEED), 'robot mask');
const [width, height] = [80, 60];

/** A wall at a depth, seen by a camera that stands anywhere and is turned anyhow. */
function wall(depthM: number): Observation {
  return {
    camera: 'scene',
    width,
    height,
    colorSrgb: new Uint8Array(width * height * 3).fill(128),
    depthM: new Float32Array(width * height).fill(depthM),
    intrinsics: intrinsicsFromFov(width, height, 0.75),
    worldFromCamera: {
      position: [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)],
      quatWxyz: quatFromAxisAngle([0.6, 0, 0.8], random.uniform(0, 6)),
    },
    timeS: 0,
  };
}

const middle = (height / 2) * width + width / 2;

describe('a look without the robot', () => {
  it('has no depth where the robot is, and is as it was everywhere else', () => {
    for (let i = 0; i < 10; i++) {
      const before = wall(1);
      const robot = [{ centre: transformPoint(before.worldFromCamera, [0, 0, 1]), radiusM: 0.1 }];
      const after = withoutRobot(before, robot);
      expect(after.depthM[middle]).toBe(0);
      const gone = after.depthM.filter((depth) => depth === 0).length / after.depthM.length;
      const across = 2 * Math.tan(0.75 / 2);
      const disc = (Math.PI * 0.01) / ((across * across * width) / height);
      expect(Math.abs(gone / disc - 1)).toBeLessThan(0.1);
      expect(before.depthM.every((depth) => depth === 1)).toBe(true);
      expect(after.colorSrgb).toEqual(before.colorSrgb);
    }
  });

  it('still shows what stays in the hand, and what stands in front of the robot', () => {
    const before = wall(1);
    const centre = transformPoint(before.worldFromCamera, [0, 0, 1]);
    const robot = [{ centre, radiusM: 0.1 }];
    expect(withoutRobot(before, robot, [{ centre, radiusM: 0.2 }]).depthM).toEqual(before.depthM);
    const nearer = wall(0.8);
    const behind = [{ centre: transformPoint(nearer.worldFromCamera, [0, 0, 1]), radiusM: 0.1 }];
    expect(withoutRobot(nearer, behind).depthM).toEqual(nearer.depthM);
  });
});

describe('of several names', () => {
  const mask = (score: number, from: number, to: number): Mask => ({
    label: 'thing',
    score,
    box: [from, 0, to, 1],
    pixels: Uint32Array.from({ length: to - from }, (_, i) => from + i),
  });

  it('a thing has the one that fits best, and two things keep theirs', () => {
    const found = [
      { name: 'brown block', mask: mask(0.2, 0, 40) },
      { name: 'orange block', mask: mask(0.7, 2, 44) },
      { name: 'red block', mask: mask(0.15, 50, 90) },
    ];
    expect([...bestNames(found)].sort()).toEqual(['orange block', 'red block']);
    expect([...bestNames([...found].reverse())].sort()).toEqual(['orange block', 'red block']);
  });
});

describe('a scrap of the edge of a thing', () => {
  const mask = (score: number, columns: number, rows: number, at: number): Mask => ({
    label: 'thing',
    score,
    box: [at, at, at + columns, at + rows],
    pixels: Uint32Array.from(
      { length: columns * rows },
      (_, i) => (at + Math.floor(i / columns)) * 640 + at + (i % columns),
    ),
  });
  /** A bowl seen as a frame, and what lies in it. */
  const bowl = mask(0.8, 80, 60, 100);
  const rim = { ...bowl, pixels: bowl.pixels.filter((pixel) => pixel % 640 < 140) };

  it('is no thing of its own, but a block in a bowl is one', () => {
    const scrap = { name: 'yellow block', mask: mask(0.2, 6, 5, 145) };
    const block = { name: 'red block', mask: mask(0.5, 15, 15, 145) };
    const found = [{ name: 'yellow bowl', mask: rim }, scrap, block];
    expect([...bestNames(found)].sort()).toEqual(['red block', 'yellow bowl']);
  });
});

describe('two boxes', () => {
  const at = (position: Vec3, yaw: number): Pose => ({ position, quatWxyz: quatFromAxisAngle([0, 0, 1], yaw) });

  it('are one thing when each lies mostly in the other, and two when they stand on or in each other', () => {
    const yaw = random.uniform(0, 3);
    const cube = { pose: at([0.5, 0.1, 0], yaw), size: [0.04, 0.04, 0.04] as Vec3 };
    expect(isSameBox(cube, { pose: at([0.504, 0.098, 0.001], yaw + 0.2), size: [0.042, 0.038, 0.041] })).toBe(true);
    expect(isSameBox(cube, { pose: at([0.5, 0.1, 0.04], yaw), size: cube.size })).toBe(false);
    expect(isSameBox(cube, { pose: at([0.5, 0.1, 0.005], 0), size: [0.14, 0.14, 0.05] })).toBe(false);
    expect(isSameBox(cube, { pose: at([0.55, 0.1, 0], yaw), size: cube.size })).toBe(false);
  });
});
