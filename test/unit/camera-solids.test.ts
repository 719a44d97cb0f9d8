import { describe, expect, it } from 'vitest';
import { contour } from '../../sim/cameras/contour.ts';
import { loft } from '../../sim/cameras/loft-solid.ts';
import { meshBounds, meshVolume } from '../../sim/cameras/mesh.ts';
import {
  ball,
  blend,
  brick,
  cut,
  drum,
  halfSpace,
  moved,
  plate,
  rod,
  type Solid,
  shared,
  swell,
  together,
  turned,
} from '../../sim/cameras/solids.ts';
import { createRandomStream } from '../../sim/random.ts';
import { quatFromAxisAngle, type Vec3 } from '../../sim/spatial.ts';
import { expectSound } from './mesh-soundness.ts';

const random = createRandomStream(Number(process.env.CAPSTAN_TEST_SEED), 'solids');
const box = { min: [-1, -1, -1] as Vec3, max: [1, 1, 1] as Vec3 };

const square = [
  [-0.3, -0.3],
  [0.3, -0.3],
  [0.3, 0.3],
  [-0.3, 0.3],
] as const;

const solids: Readonly<Record<string, Solid>> = {
  ball: ball([0.1, 0, 0], 0.5),
  brick: brick([0, 0.1, 0], [0.8, 0.6, 0.4], 0.1),
  rod: rod([-0.4, 0, 0], [0.4, 0.2, 0.1], 0.2, 0.1),
  drum: drum([0, -0.4, 0], [0, 0.4, 0.1], 0.3, 0.2, 0.05),
  turned: turned(
    [0, 0, 0],
    [0, 1, 1],
    [
      [-0.4, 0],
      [-0.4, 0.3],
      [0, 0.2],
      [0.3, 0.5],
      [0.4, 0],
    ],
  ),
  plate: plate([0, 0, 0], [1, 0, 0], [0, 0, 1], square, -0.1, 0.2, 0.05),
  moved: moved(
    { position: [0.1, 0.2, 0], quatWxyz: quatFromAxisAngle([1, 1, 0], 0.7) },
    brick([0, 0, 0], [0.5, 0.5, 0.5], 0),
  ),
  together: together(ball([0.3, 0, 0], 0.3), ball([-0.3, 0, 0], 0.3)),
  blend: blend(0.2, ball([0.3, 0, 0], 0.3), rod([-0.4, 0, 0], [0, 0.4, 0], 0.2)),
  shared: shared(0.1, ball([0.2, 0, 0], 0.5), halfSpace([1, 0, 0], 0.2)),
  cut: cut(0.05, brick([0, 0, 0], [1, 1, 1], 0), drum([0, 0, 0], [0, 0, 1], 0.3)),
  swell: swell(0.1, brick([0, 0, 0], [0.5, 0.5, 0.5], 0)),
};

describe('solids', () => {
  it('never claim more room than there is: their value grows no faster than the way travelled', () => {
    for (const [name, solid] of Object.entries(solids)) {
      for (let i = 0; i < 400; i++) {
        const a = [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)] as const;
        const step = random.uniform(0.001, 0.5);
        const b = a.map((value) => value + random.uniform(-step, step));
        const way = Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
        const change = Math.abs(solid(b[0], b[1], b[2]) - solid(a[0], a[1], a[2]));
        expect(change, name).toBeLessThanOrEqual(way * (1 + 1e-9) + 1e-12);
      }
    }
  });

  it('become closed meshes that face outward', () => {
    for (const [name, solid] of Object.entries(solids)) {
      for (const cell of [0.17, 0.08, 0.05]) expectSound(contour(solid, box, cell), `${name} at ${cell}`);
    }
  });

  it('have the volume they should', () => {
    const volume = (solid: Solid, cell = 0.04) => meshVolume(contour(solid, box, cell));
    expect(volume(ball([0, 0, 0], 0.6)) / ((4 / 3) * Math.PI * 0.216)).toBeCloseTo(1, 2);
    expect(volume(drum([0, 0, -0.5], [0, 0, 0.5], 0.4)) / (Math.PI * 0.16)).toBeCloseTo(1, 2);
    const cone = (Math.PI / 3) * (0.16 + 0.08 + 0.04);
    expect(volume(drum([0, 0, -0.5], [0, 0, 0.5], 0.4, 0.2)) / cone).toBeCloseTo(1, 2);
    expect(volume(plate([0, 0, 0], [1, 0, 0], [0, 1, 0], square, -0.1, 0.3))).toBeCloseTo(0.6 * 0.6 * 0.4, 3);
  });

  it('keep sharp edges and corners where they are', () => {
    const turn = { position: [0.05, 0.02, -0.03] as Vec3, quatWxyz: quatFromAxisAngle([0.3, 0.5, 1], 0.6) };
    const cube = contour(moved(turn, brick([0, 0, 0], [0.8, 0.8, 0.8], 0)), box, 0.11);
    expect(meshVolume(cube) / 0.512).toBeGreaterThan(0.98);
    expect(meshVolume(cube) / 0.512).toBeLessThan(1.001);
    const corner = contour(moved(turn, brick([0, 0, 0], [0.8, 0.8, 0.8], 0)), box, 0.031);
    const reach = 0.4 * Math.sqrt(3);
    let farthest = 0;
    for (let i = 0; i < corner.positions.length; i += 3) {
      const [x, y, z] = [0, 1, 2].map((axis) => corner.positions[i + axis] - turn.position[axis]);
      farthest = Math.max(farthest, Math.hypot(x, y, z));
    }
    expect(farthest).toBeGreaterThan(reach - 0.004);
    expect(farthest).toBeLessThan(reach + 1e-6);
  });

  it('meet flat faces to a hair', () => {
    const { min, max } = meshBounds(contour(drum([0, 0, -0.5], [0, 0, 0.5], 0.4), box, 0.07));
    expect(min[2]).toBeCloseTo(-0.5, 5);
    expect(max[2]).toBeCloseTo(0.5, 5);
    expect(max[0]).toBeCloseTo(0.4, 2);
  });

  it('drawn by sections pass through all of them', () => {
    const sections = [
      { z: -0.5, lowY: -0.2, highY: 0.2, halfX: 0.3 },
      { z: -0.1, lowY: -0.1, highY: 0.4, wideY: 0.1, halfX: 0.25 },
      { z: 0.3, lowY: 0, highY: 0.5, halfX: 0.35 },
      { z: 0.5, lowY: 0.1, highY: 0.4, halfX: 0.1 },
    ];
    for (const corner of ['round', 'full'] as const) {
      const solid = loft(sections, corner);
      for (const { z, lowY, highY, wideY = (lowY + highY) / 2, halfX } of sections) {
        expect(solid(0, lowY, z)).toBeCloseTo(0, 9);
        expect(solid(0, highY, z)).toBeCloseTo(0, 9);
        expect(solid(halfX, wideY, z)).toBeCloseTo(0, 9);
        expect(solid(-halfX, wideY, z)).toBeCloseTo(0, 9);
        expect(solid(0, highY + 0.01, z)).toBeGreaterThan(0);
      }
      expectSound(contour(solid, box, 0.06), corner);
    }
  });

  it('say so when they reach out of their box', () => {
    expect(() => contour(ball([0, 0, 0.9], 0.5), box, 0.1)).toThrow(/reaches out of the box/);
    expect(() => rod([0, 0, 0], [0.1, 0, 0], 0.5, 0.1)).toThrow(RangeError);
  });
});
