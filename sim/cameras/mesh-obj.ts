// Owns reading Wavefront OBJ with the diffuse colours of its MTL files. Must never know a file system.

import type { Vec3 } from '../spatial.ts';
import { EXPORT_AGAIN, MeshFileError } from './mesh-file-error.ts';
import { createSurfaceBuilder, type FileSurface, type SurfaceBuilder } from './mesh-surface.ts';

/**
 * The surfaces in an OBJ file, one per material. Texture coordinates, lines, points and smoothing groups are passed over.
 * @param file name for messages
 * @param readLibrary bytes of the MTL file of a name, undefined when there is none: its surfaces then have no colour
 * @throws MeshFileError for numbers that are none, corners that do not exist and files without a triangle
 */
export function parseObj(
  bytes: Uint8Array,
  file: string,
  readLibrary: (name: string) => Uint8Array | undefined,
): readonly FileSurface[] {
  const positions: Vec3[] = [];
  const normals: Vec3[] = [];
  const colors = new Map<string, Vec3>();
  const builders = new Map<string, SurfaceBuilder>();
  let material = '';
  const lines = new TextDecoder().decode(bytes).split('\n');
  lines.forEach((line, index) => {
    const words = line.trim().split(/\s+/);
    const where = `line ${index + 1}`;
    switch (words[0]) {
      case 'v':
        positions.push(numbers(words, file, where));
        break;
      case 'vn':
        normals.push(numbers(words, file, where));
        break;
      case 'usemtl':
        material = words.slice(1).join(' ');
        break;
      case 'mtllib': {
        const name = words.slice(1).join(' ');
        const library = readLibrary(name);
        if (library !== undefined) parseMtl(library, name, colors);
        break;
      }
      case 'f': {
        let builder = builders.get(material);
        if (builder === undefined) {
          builder = createSurfaceBuilder();
          builders.set(material, builder);
        }
        addFace(words.slice(1), positions, normals, builder, file, where);
        break;
      }
    }
  });
  const surfaces: FileSurface[] = [];
  for (const [materialName, builder] of builders) {
    const mesh = builder.finish();
    if (mesh !== undefined) surfaces.push({ mesh, materialName, colorSrgb: colors.get(materialName) });
  }
  if (surfaces.length === 0) throw new MeshFileError('MESH_BROKEN', file, 'no triangle in this OBJ', EXPORT_AGAIN);
  return surfaces;
}

function numbers(words: readonly string[], file: string, where: string): Vec3 {
  const value: Vec3 = [Number(words[1]), Number(words[2]), Number(words[3])];
  if (words.length < 4 || !value.every(Number.isFinite)) {
    throw new MeshFileError('MESH_BROKEN', file, `${where}: three numbers are expected here`, EXPORT_AGAIN);
  }
  return value;
}

function addFace(
  corners: readonly string[],
  positions: readonly Vec3[],
  normals: readonly Vec3[],
  builder: SurfaceBuilder,
  file: string,
  where: string,
): void {
  if (corners.length < 3) {
    throw new MeshFileError('MESH_BROKEN', file, `${where}: a face needs at least three corners`, EXPORT_AGAIN);
  }
  const read = corners.map((corner) => {
    const [position, , normal] = corner.split('/');
    return {
      position: pick(positions, position, 'vertex', file, where),
      normal: normal ? pick(normals, normal, 'normal', file, where) : undefined,
    };
  });
  for (let k = 2; k < read.length; k++) {
    for (const { position, normal } of [read[0], read[k - 1], read[k]]) builder.corner(position, normal);
  }
}

/** OBJ counts from 1, and backwards from the newest with negative numbers. */
function pick(list: readonly Vec3[], text: string, what: string, file: string, where: string): Vec3 {
  const number = Number(text);
  const value = list[number > 0 ? number - 1 : list.length + number];
  if (!Number.isInteger(number) || number === 0 || value === undefined) {
    throw new MeshFileError(
      'MESH_BROKEN',
      file,
      `${where}: ${what} "${text}" does not exist, the file has ${list.length} so far`,
      EXPORT_AGAIN,
    );
  }
  return value;
}

function parseMtl(bytes: Uint8Array, file: string, colors: Map<string, Vec3>): void {
  let name = '';
  new TextDecoder()
    .decode(bytes)
    .split('\n')
    .forEach((line, index) => {
      const words = line.trim().split(/\s+/);
      if (words[0] === 'newmtl') name = words.slice(1).join(' ');
      if (words[0] === 'Kd') colors.set(name, numbers(words, file, `line ${index + 1}`));
    });
}
