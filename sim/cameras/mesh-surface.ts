// Owns how loose polygon corners of a mesh file become clean meshes, one per material. Shared by the readers of single
// formats; must never parse text or bytes.

import type { Vec3 } from '../spatial.ts';
import { type TriangleMesh, withNormals } from './mesh.ts';

/** Faces of a file without usable normals that meet at less than 35 degrees look like one surface. */
export const FILE_CREASE_COSINE = 0.8191520442889918;

/** One surface of a mesh file. */
export interface FileSurface {
  readonly mesh: TriangleMesh;
  /** Name of its material in the file; '' for none. */
  readonly materialName: string;
  /** Diffuse colour, sRGB 0..1; undefined when the file gives none. */
  readonly colorSrgb: Vec3 | undefined;
}

/** Collects triangles by their corners and welds equal corners. */
export interface SurfaceBuilder {
  /**
   * Adds one corner; three make a triangle.
   * @param normal undefined when the file gives none: then the whole surface gets computed normals
   */
  corner(position: Vec3, normal: Vec3 | undefined): void;
  /** Undefined when no triangle of any size was added. */
  finish(): TriangleMesh | undefined;
}

export function createSurfaceBuilder(): SurfaceBuilder {
  const positions: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  const known = new Map<string, number>();
  let everyCornerHasNormal = true;
  return {
    corner(position, normal) {
      if (normal === undefined) everyCornerHasNormal = false;
      const key = `${position.join()},${normal === undefined ? '' : normal.join()}`;
      let index = known.get(key);
      if (index === undefined) {
        index = positions.length / 3;
        known.set(key, index);
        positions.push(...position);
        normals.push(...unit(normal));
      }
      indices.push(index);
    },
    finish() {
      if (indices.length === 0) return undefined;
      const mesh = { positions: Float32Array.from(positions), indices: Uint32Array.from(indices) };
      if (everyCornerHasNormal) return { ...mesh, normals: Float32Array.from(normals) };
      const computed = withNormals(mesh.positions, mesh.indices, FILE_CREASE_COSINE);
      return computed.indices.length === 0 ? undefined : computed;
    },
  };
}

function unit(normal: Vec3 | undefined): Vec3 {
  if (normal === undefined) return [0, 0, 0];
  const length = Math.sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
  return length > 0 ? [normal[0] / length, normal[1] / length, normal[2] / length] : normal;
}
