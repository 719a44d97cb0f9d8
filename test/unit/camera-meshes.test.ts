import { describe, expect, it } from 'vitest';
import {
  countOpenEdges,
  mergeMeshes,
  meshBounds,
  meshVolume,
  mirrorMeshInY,
  type TriangleMesh,
  transformMesh,
  translateMesh,
  triangleCount,
  withNormals,
} from '../../sim/cameras/mesh.ts';
import {
  capsule,
  cylinder,
  insetOutline,
  lathe,
  loftMesh,
  prism,
  roundedBox,
  skin,
  sphere,
  tube,
} from '../../sim/cameras/shapes.ts';
import { createRandomStream } from '../../sim/random.ts';
import { quatNormalize, type Vec3 } from '../../sim/spatial.ts';
import { expectSound } from './mesh-soundness.ts';

const random = createRandomStream(Number(process.env.CAPSTAN_TEST_SEED), 'meshes');

function expectBounds(mesh: TriangleMesh, min: Vec3, max: Vec3, digits = 5): void {
  const bounds = meshBounds(mesh);
  for (let axis = 0; axis < 3; axis++) {
    expect(bounds.min[axis]).toBeCloseTo(min[axis], digits);
    expect(bounds.max[axis]).toBeCloseTo(max[axis], digits);
  }
}

describe('meshes of plain shapes', () => {
  it('are closed and as large as asked: boxes', () => {
    const sharp = roundedBox([0.1, 0, -0.2], [0.2, 0.3, 0.4], 0);
    expectSound(sharp);
    expect(meshVolume(sharp)).toBeCloseTo(0.2 * 0.3 * 0.4, 8);
    expectBounds(sharp, [0, -0.15, -0.4], [0.2, 0.15, 0]);
    const round = roundedBox([0, 0, 0], [0.2, 0.3, 0.4], 0.05, 6);
    expectSound(round);
    expectBounds(round, [-0.1, -0.15, -0.2], [0.1, 0.15, 0.2]);
    const [x, y, z, r] = [0.1, 0.2, 0.3, 0.05];
    const volume =
      x * y * z + 2 * r * (x * y + y * z + z * x) + Math.PI * r * r * (x + y + z) + (4 / 3) * Math.PI * r * r * r;
    expect(meshVolume(round) / volume).toBeCloseTo(1, 2);
    expect(() => roundedBox([0, 0, 0], [0.1, 0.2, 0.3], 0.06)).toThrow(RangeError);
  });

  it('are closed and as large as asked: round things', () => {
    const ball = sphere([1, 2, 3], 0.5, 64);
    expectSound(ball);
    expect(meshVolume(ball) / ((4 / 3) * Math.PI * 0.125)).toBeCloseTo(1, 1);
    expectBounds(ball, [0.5, 1.5, 2.5], [1.5, 2.5, 3.5], 2);
    const can = cylinder([0, 0, 0], [0, 0, 0.4], 0.1, 0, 128);
    expectSound(can);
    expect(meshVolume(can) / (Math.PI * 0.01 * 0.4)).toBeCloseTo(1, 2);
    const bevelled = cylinder([0, 0, 0], [0.3, 0.3, 0], 0.1, 0.01);
    expectSound(bevelled);
    expect(meshVolume(bevelled)).toBeLessThan(Math.PI * 0.01 * 0.3 * Math.SQRT2);
    const pill = capsule([0, 0, -0.1], [0, 0, 0.1], 0.05, 64);
    expectSound(pill);
    expectBounds(pill, [-0.05, -0.05, -0.15], [0.05, 0.05, 0.15], 4);
  });

  it('are closed whatever the direction of the axis', () => {
    for (let i = 0; i < 30; i++) {
      const point = (): Vec3 => [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)];
      expectSound(cylinder(point(), point(), random.uniform(0.05, 0.3), 0.01));
      expectSound(capsule(point(), point(), 0.1));
      // A profile that runs against its axis is turned, not left inside out.
      const profile = [0.3, 0.2, 0.1, -0.1].map((height) => [height, random.uniform(0.05, 0.2)] as const);
      expectSound(lathe(point(), point(), profile));
    }
  });

  it('are closed along bent lines', () => {
    const line = Array.from({ length: 12 }, (_, i): Vec3 => [Math.cos(i * 0.4), Math.sin(i * 0.4), i * 0.1]);
    const hose = tube(line, 0.05);
    expectSound(hose);
    const bent = loftMesh(
      line.map((centre, i) => ({
        centre,
        halfU: [0.1 * Math.cos(i * 0.4), 0.1 * Math.sin(i * 0.4), 0],
        halfV: [0, 0, 0.08],
        squareness: i % 2 === 0 ? 0 : 0.8,
      })),
    );
    expectSound(bent);
    const square = loftMesh(
      [0, 1].map((z) => ({ centre: [0, 0, z], halfU: [1, 0, 0], halfV: [0, 1, 0], squareness: 1 })),
      64,
    );
    expect(meshVolume(square)).toBeCloseTo(4, 6);
  });

  it('are closed over an outline, drawn in by as much as asked', () => {
    const outline = [
      [0, 0],
      [2, 0],
      [2, 1],
      [0, 1],
    ] as const;
    const block = prism([0, 0, 0], [1, 0, 0], [0, 1, 0], outline, [
      { height: 0, inset: 0 },
      { height: 0.5, inset: 0.1 },
    ]);
    expectSound(block);
    expectBounds(block, [0, 0, 0], [2, 1, 0.5]);
    expect(insetOutline(outline, 0.1).map((point) => point.map((value) => Math.round(value * 1e9) / 1e9))).toEqual([
      [0.1, 0.1],
      [1.9, 0.1],
      [1.9, 0.9],
      [0.1, 0.9],
    ]);
  });

  it('refuse rings that do not fit together', () => {
    const ring = (count: number): Vec3[] => Array.from({ length: count }, (_, i) => [Math.cos(i), Math.sin(i), 0]);
    expect(() => skin([ring(5)])).toThrow(RangeError);
    expect(() => skin([ring(5), ring(6)])).toThrow(RangeError);
  });
});

describe('meshes as such', () => {
  const can = cylinder([0, 0, 0], [0, 0, 1], 0.5);

  it('keep shape and volume when moved, joined or mirrored', () => {
    const pose = { position: [1, -2, 3] as Vec3, quatWxyz: quatNormalize([0.5, 0.1, -0.7, 0.2]) };
    const moved = transformMesh(pose, can);
    expectSound(moved);
    expect(meshVolume(moved)).toBeCloseTo(meshVolume(can), 5);
    const both = mergeMeshes([can, translateMesh(can, [5, 0, 0])]);
    expectSound(both);
    expect(triangleCount(both)).toBe(2 * triangleCount(can));
    expect(meshVolume(both)).toBeCloseTo(2 * meshVolume(can), 5);
    const lopsided = translateMesh(can, [0, 2, 0]);
    const mirrored = mirrorMeshInY(lopsided);
    expectSound(mirrored);
    expect(meshBounds(mirrored).max[1]).toBeCloseTo(-1.5, 6);
  });

  it('show a hole as open edges', () => {
    const open = { ...can, indices: can.indices.slice(3) };
    expect(countOpenEdges(open)).toBe(3);
    const inverted = { ...can, indices: can.indices.slice().reverse() };
    expect(meshVolume(inverted)).toBeCloseTo(-meshVolume(can), 9);
  });

  it('get smooth or sharp normals by the angle between faces', () => {
    // Two faces that meet along x at 60 degrees to each other's plane.
    const positions = Float32Array.from([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, -0.5, -Math.sqrt(0.75)]);
    const indices = Uint32Array.from([0, 1, 2, 1, 0, 3]);
    const sharp = withNormals(positions, indices, 0.7);
    const smooth = withNormals(positions, indices, 0.4);
    expect(sharp.positions.length / 3).toBe(6);
    expect(smooth.positions.length / 3).toBe(4);
    expect([...sharp.normals.subarray(0, 3)]).toEqual([0, 0, 1]);
    const degenerate = withNormals(positions, Uint32Array.from([0, 1, 2, 0, 0, 1]), 0.7);
    expect(triangleCount(degenerate)).toBe(1);
  });

  it('have no bounds without a vertex', () => {
    expect(() =>
      meshBounds({ positions: new Float32Array(0), normals: new Float32Array(0), indices: new Uint32Array(0) }),
    ).toThrow(RangeError);
  });
});
