// Owns the normals of a contoured solid: smooth where the solid is, sharp along its edges. Must never move a vertex.

import type { TriangleMesh } from './mesh.ts';
import type { Solid } from './solids.ts';

/** Step of the difference quotients, metres: so small that it hardly ever straddles an edge. */
const STEP_M = 1e-6;
/** Corners whose surface normal is within 50 degrees of the face's are smooth. */
const SMOOTH_COSINE = 0.6427876096865393;

/** Unit direction in which the distance grows, from four samples at the corners of a tetrahedron. */
export function gradient(solid: Solid, x: number, y: number, z: number, out: Float64Array): void {
  const a = solid(x + STEP_M, y - STEP_M, z - STEP_M);
  const b = solid(x - STEP_M, y - STEP_M, z + STEP_M);
  const c = solid(x - STEP_M, y + STEP_M, z - STEP_M);
  const d = solid(x + STEP_M, y + STEP_M, z + STEP_M);
  const gx = a - b - c + d;
  const gy = -a - b + c + d;
  const gz = -a + b - c + d;
  const length = Math.sqrt(gx * gx + gy * gy + gz * gz);
  const inverse = length > 0 ? 1 / length : 0;
  out[0] = gx * inverse;
  out[1] = gy * inverse;
  out[2] = gz * inverse;
}

/**
 * Smooth corners take the solid's own normal; at sharp edges each side takes the normal a little way into its face.
 */
export function withSurfaceNormals(solid: Solid, positions: Float64Array, triangles: readonly number[]): TriangleMesh {
  const outPositions: number[] = [];
  const outNormals: number[] = [];
  const indices: number[] = [];
  const vertexCount = positions.length / 3;
  const smoothNormals = new Float64Array(positions.length);
  const normal = new Float64Array(3);
  for (let v = 0; v < vertexCount; v++) {
    gradient(solid, positions[v * 3], positions[v * 3 + 1], positions[v * 3 + 2], normal);
    smoothNormals.set(normal, v * 3);
  }
  const smoothIndex = new Int32Array(vertexCount).fill(-1);
  const addVertex = (v: number, n: Float64Array, at: number) => {
    outPositions.push(positions[v * 3], positions[v * 3 + 1], positions[v * 3 + 2]);
    outNormals.push(n[at], n[at + 1], n[at + 2]);
    return outPositions.length / 3 - 1;
  };
  const face = new Float64Array(3);
  for (let t = 0; t < triangles.length; t += 3) {
    if (!faceNormal(positions, triangles, t, face))
      face.set(smoothNormals.subarray(triangles[t] * 3, triangles[t] * 3 + 3));
    for (let k = 0; k < 3; k++) {
      const v = triangles[t + k];
      const at = v * 3;
      const facing = face[0] * smoothNormals[at] + face[1] * smoothNormals[at + 1] + face[2] * smoothNormals[at + 2];
      if (facing > SMOOTH_COSINE) {
        if (smoothIndex[v] < 0) smoothIndex[v] = addVertex(v, smoothNormals, at);
        indices.push(smoothIndex[v]);
        continue;
      }
      const next = triangles[t + ((k + 1) % 3)] * 3;
      const last = triangles[t + ((k + 2) % 3)] * 3;
      const into = (axis: number) =>
        positions[at + axis] * 0.6 + positions[next + axis] * 0.2 + positions[last + axis] * 0.2;
      gradient(solid, into(0), into(1), into(2), normal);
      const kept = face[0] * normal[0] + face[1] * normal[1] + face[2] * normal[2] > SMOOTH_COSINE ? normal : face;
      indices.push(addVertex(v, kept, 0));
    }
  }
  return {
    positions: Float32Array.from(outPositions),
    normals: Float32Array.from(outNormals),
    indices: Uint32Array.from(indices),
  };
}

/** Fills `out` with the unit normal of a triangle; false when it has no area. */
function faceNormal(p: Float64Array, triangles: readonly number[], t: number, out: Float64Array): boolean {
  const a = triangles[t] * 3;
  const b = triangles[t + 1] * 3;
  const c = triangles[t + 2] * 3;
  const [ux, uy, uz] = [p[b] - p[a], p[b + 1] - p[a + 1], p[b + 2] - p[a + 2]];
  const [vx, vy, vz] = [p[c] - p[a], p[c + 1] - p[a + 1], p[c + 2] - p[a + 2]];
  const nx = uy * vz - uz * vy;
  const ny = uz * vx - ux * vz;
  const nz = ux * vy - uy * vx;
  const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
  if (!(length > 1e-14)) return false;
  out[0] = nx / length;
  out[1] = ny / length;
  out[2] = nz / length;
  return true;
}
