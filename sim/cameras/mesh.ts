// Owns triangle meshes as plain typed arrays: the type, moving, joining, normals and bounds. Shapes are made elsewhere.
// Pure functions; must never know of robots, cameras or a drawing library.

import { mat3FromQuat, type Pose, type Vec3 } from '../spatial.ts';

/** A surface of triangles. Corners run counter-clockwise seen from outside. */
export interface TriangleMesh {
  /** Metres, three numbers per vertex. */
  readonly positions: Float32Array;
  /** Unit vectors that point outward, three numbers per vertex. */
  readonly normals: Float32Array;
  /** Three vertex numbers per triangle. */
  readonly indices: Uint32Array;
}

export interface Bounds {
  readonly min: Vec3;
  readonly max: Vec3;
}

export function triangleCount(mesh: TriangleMesh): number {
  return mesh.indices.length / 3;
}

/** The mesh moved into frame a. */
export function transformMesh(aFromMesh: Pose, mesh: TriangleMesh): TriangleMesh {
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = mat3FromQuat(aFromMesh.quatWxyz);
  const [tx, ty, tz] = aFromMesh.position;
  const turn = (source: Float32Array, shiftX: number, shiftY: number, shiftZ: number) => {
    const out = new Float32Array(source.length);
    for (let i = 0; i < source.length; i += 3) {
      const [x, y, z] = [source[i], source[i + 1], source[i + 2]];
      out[i] = m0 * x + m1 * y + m2 * z + shiftX;
      out[i + 1] = m3 * x + m4 * y + m5 * z + shiftY;
      out[i + 2] = m6 * x + m7 * y + m8 * z + shiftZ;
    }
    return out;
  };
  return {
    positions: turn(mesh.positions, tx, ty, tz),
    normals: turn(mesh.normals, 0, 0, 0),
    indices: mesh.indices,
  };
}

/** The mesh moved by a vector, metres. */
export function translateMesh(mesh: TriangleMesh, by: Vec3): TriangleMesh {
  return transformMesh({ position: by, quatWxyz: [1, 0, 0, 0] }, mesh);
}

/** The mesh reflected in the plane y = 0, its triangles turned so that they still face outward. */
export function mirrorMeshInY(mesh: TriangleMesh): TriangleMesh {
  const positions = mesh.positions.slice();
  const normals = mesh.normals.slice();
  const indices = mesh.indices.slice();
  for (let i = 1; i < positions.length; i += 3) {
    positions[i] = -positions[i];
    normals[i] = -normals[i];
  }
  for (let i = 0; i < indices.length; i += 3) [indices[i + 1], indices[i + 2]] = [indices[i + 2], indices[i + 1]];
  return { positions, normals, indices };
}

/** All meshes as one; nothing is cut or welded. */
export function mergeMeshes(meshes: readonly TriangleMesh[]): TriangleMesh {
  let vertexNumbers = 0;
  let cornerCount = 0;
  for (const mesh of meshes) {
    vertexNumbers += mesh.positions.length;
    cornerCount += mesh.indices.length;
  }
  const positions = new Float32Array(vertexNumbers);
  const normals = new Float32Array(vertexNumbers);
  const indices = new Uint32Array(cornerCount);
  let vertexAt = 0;
  let cornerAt = 0;
  for (const mesh of meshes) {
    positions.set(mesh.positions, vertexAt);
    normals.set(mesh.normals, vertexAt);
    for (let i = 0; i < mesh.indices.length; i++) indices[cornerAt + i] = mesh.indices[i] + vertexAt / 3;
    vertexAt += mesh.positions.length;
    cornerAt += mesh.indices.length;
  }
  return { positions, normals, indices };
}

/** Smallest axis-aligned box around the mesh, in its own frame, metres. Throws RangeError for a mesh of no vertex. */
export function meshBounds(mesh: TriangleMesh): Bounds {
  const { positions } = mesh;
  if (positions.length === 0) throw new RangeError('a mesh of no vertex has no bounds');
  const min: [number, number, number] = [positions[0], positions[1], positions[2]];
  const max: [number, number, number] = [positions[0], positions[1], positions[2]];
  for (let i = 3; i < positions.length; i += 3) {
    for (let axis = 0; axis < 3; axis++) {
      const value = positions[i + axis];
      if (value < min[axis]) min[axis] = value;
      if (value > max[axis]) max[axis] = value;
    }
  }
  return { min, max };
}

/** Volume inside a closed mesh, cubic metres; negative when it is inside out (divergence theorem). */
export function meshVolume(mesh: TriangleMesh): number {
  const { positions: p, indices } = mesh;
  let six = 0;
  for (let i = 0; i < indices.length; i += 3) {
    const a = indices[i] * 3;
    const b = indices[i + 1] * 3;
    const c = indices[i + 2] * 3;
    six +=
      p[a] * (p[b + 1] * p[c + 2] - p[b + 2] * p[c + 1]) +
      p[a + 1] * (p[b + 2] * p[c] - p[b] * p[c + 2]) +
      p[a + 2] * (p[b] * p[c + 1] - p[b + 1] * p[c]);
  }
  return six / 6;
}

/**
 * Edges that do not meet exactly one neighbour running the other way. 0 means closed and consistently wound. Vertices at
 * the same place count as one.
 */
export function countOpenEdges(mesh: TriangleMesh): number {
  const place = weldedVertices(mesh.positions);
  const balance = new Map<number, number>();
  const vertexCount = mesh.positions.length / 3;
  for (let i = 0; i < mesh.indices.length; i += 3) {
    for (let k = 0; k < 3; k++) {
      const from = place[mesh.indices[i + k]];
      const to = place[mesh.indices[i + ((k + 1) % 3)]];
      if (from === to) continue;
      const key = from < to ? from * vertexCount + to : to * vertexCount + from;
      balance.set(key, (balance.get(key) ?? 0) + (from < to ? 1 : -1));
    }
  }
  let open = 0;
  for (const value of balance.values()) open += Math.abs(value);
  return open;
}

/** For each vertex the number of the first vertex at exactly the same place. */
export function weldedVertices(positions: Float32Array): Uint32Array {
  const first = new Map<string, number>();
  const place = new Uint32Array(positions.length / 3);
  for (let i = 0; i < place.length; i++) {
    // Adding 0 turns -0 into 0: both are the same place.
    const key = `${positions[i * 3] + 0},${positions[i * 3 + 1] + 0},${positions[i * 3 + 2] + 0}`;
    const known = first.get(key);
    if (known === undefined) first.set(key, i);
    place[i] = known ?? i;
  }
  return place;
}

/**
 * Gives a bare triangle list its normals: faces that meet at less than the crease angle share a smooth normal, others
 * get an edge. Degenerate triangles are left out.
 * @param positions metres, three numbers per vertex
 * @param indices three vertex numbers per triangle
 * @param creaseCosine cosine of the crease angle; -1 smooths everything, 1 gives flat faces
 */
export function withNormals(positions: Float32Array, indices: Uint32Array, creaseCosine: number): TriangleMesh {
  const place = weldedVertices(positions);
  const faces = faceNormals(positions, indices, place);
  const facesAt: number[][] = [];
  for (const face of faces.kept) {
    for (let k = 0; k < 3; k++) {
      const vertex = place[indices[face * 3 + k]];
      facesAt[vertex] ??= [];
      facesAt[vertex].push(face);
    }
  }
  const outPositions: number[] = [];
  const outNormals: number[] = [];
  const outIndices: number[] = [];
  const known = new Map<string, number>();
  for (const face of faces.kept) {
    for (let k = 0; k < 3; k++) {
      const vertex = place[indices[face * 3 + k]];
      const [nx, ny, nz] = cornerNormal(faces.normals, faces.areas, facesAt[vertex], face, creaseCosine);
      const key = `${vertex},${nx},${ny},${nz}`;
      let index = known.get(key);
      if (index === undefined) {
        index = outPositions.length / 3;
        known.set(key, index);
        outPositions.push(positions[vertex * 3], positions[vertex * 3 + 1], positions[vertex * 3 + 2]);
        outNormals.push(nx, ny, nz);
      }
      outIndices.push(index);
    }
  }
  return {
    positions: Float32Array.from(outPositions),
    normals: Float32Array.from(outNormals),
    indices: Uint32Array.from(outIndices),
  };
}

function faceNormals(p: Float32Array, indices: Uint32Array, place: Uint32Array) {
  const count = indices.length / 3;
  const normals = new Float64Array(count * 3);
  const areas = new Float64Array(count);
  const kept: number[] = [];
  for (let face = 0; face < count; face++) {
    const a = place[indices[face * 3]] * 3;
    const b = place[indices[face * 3 + 1]] * 3;
    const c = place[indices[face * 3 + 2]] * 3;
    const [ux, uy, uz] = [p[b] - p[a], p[b + 1] - p[a + 1], p[b + 2] - p[a + 2]];
    const [vx, vy, vz] = [p[c] - p[a], p[c + 1] - p[a + 1], p[c + 2] - p[a + 2]];
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
    if (a === b || b === c || a === c || length < 1e-16) continue;
    normals[face * 3] = nx / length;
    normals[face * 3 + 1] = ny / length;
    normals[face * 3 + 2] = nz / length;
    areas[face] = length / 2;
    kept.push(face);
  }
  return { normals, areas, kept };
}

function cornerNormal(
  normals: Float64Array,
  areas: Float64Array,
  around: readonly number[],
  face: number,
  creaseCosine: number,
): readonly [number, number, number] {
  const [fx, fy, fz] = [normals[face * 3], normals[face * 3 + 1], normals[face * 3 + 2]];
  let [x, y, z] = [0, 0, 0];
  for (const other of around) {
    const at = other * 3;
    if (other !== face && normals[at] * fx + normals[at + 1] * fy + normals[at + 2] * fz < creaseCosine) continue;
    x += normals[at] * areas[other];
    y += normals[at + 1] * areas[other];
    z += normals[at + 2] * areas[other];
  }
  const length = Math.sqrt(x * x + y * y + z * z);
  if (!(length > 1e-16)) return [fx, fy, fz];
  return [Math.fround(x / length), Math.fround(y / length), Math.fround(z / length)];
}
