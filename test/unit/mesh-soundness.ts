// What a clean mesh is, for every test that looks at one: closed, facing outward, with unit normals that agree with
// its faces.

import { expect } from 'vitest';
import { countOpenEdges, meshVolume, type TriangleMesh } from '../../sim/cameras/mesh.ts';

export function expectSound(mesh: TriangleMesh, name = 'mesh'): void {
  const { positions, normals, indices } = mesh;
  expect(normals.length, name).toBe(positions.length);
  expect(indices.length % 3, name).toBe(0);
  expect(indices.length, name).toBeGreaterThan(0);
  expect(positions.every(Number.isFinite), `${name}: finite`).toBe(true);
  expect(
    indices.every((index) => index < positions.length / 3),
    `${name}: indices`,
  ).toBe(true);
  for (let i = 0; i < normals.length; i += 3) {
    expect(Math.hypot(normals[i], normals[i + 1], normals[i + 2]), `${name}: unit normal`).toBeCloseTo(1, 4);
  }
  expect(countOpenEdges(mesh), `${name}: open edges`).toBe(0);
  expect(meshVolume(mesh), `${name}: volume`).toBeGreaterThan(0);
  let against = 0;
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = [indices[t] * 3, indices[t + 1] * 3, indices[t + 2] * 3];
    const u = [0, 1, 2].map((axis) => positions[b + axis] - positions[a + axis]);
    const v = [0, 1, 2].map((axis) => positions[c + axis] - positions[a + axis]);
    const face = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    // Slivers have no direction worth the name.
    if (Math.hypot(...face) < 1e-9) continue;
    for (const corner of [a, b, c]) {
      if (face[0] * normals[corner] + face[1] * normals[corner + 1] + face[2] * normals[corner + 2] < 0) against++;
    }
  }
  expect(against, `${name}: normals against their face`).toBe(0);
}
