// Owns reading STL, binary and text. Must never know a file system.

import type { Vec3 } from '../spatial.ts';
import { EXPORT_AGAIN, MeshFileError } from './mesh-file-error.ts';
import { createSurfaceBuilder, type FileSurface, type SurfaceBuilder } from './mesh-surface.ts';

const HEADER_BYTES = 84;
const TRIANGLE_BYTES = 50;

/**
 * The surface in an STL file. The file's normals are left aside (exporters often write zeros) and computed anew.
 * @param file name for messages
 * @throws MeshFileError for bytes that are no STL, are cut off or hold no triangle
 */
export function parseStl(bytes: Uint8Array, file: string): FileSurface {
  const builder = createSurfaceBuilder();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length >= HEADER_BYTES ? view.getUint32(HEADER_BYTES - 4, true) : -1;
  if (count >= 0 && bytes.length === HEADER_BYTES + count * TRIANGLE_BYTES) {
    readBinary(view, count, builder, file);
  } else {
    const text = new TextDecoder().decode(bytes);
    if (!text.trimStart().startsWith('solid') || !text.includes('facet')) {
      throw new MeshFileError(
        'MESH_BROKEN',
        file,
        count >= 0
          ? `${bytes.length} bytes do not hold the ${count} triangles its header announces`
          : 'this is not an STL file',
        EXPORT_AGAIN,
      );
    }
    readText(text, builder, file);
  }
  const mesh = builder.finish();
  if (mesh === undefined) throw new MeshFileError('MESH_BROKEN', file, 'no triangle in this STL', EXPORT_AGAIN);
  return { mesh, materialName: '', colorSrgb: undefined };
}

function readBinary(view: DataView, count: number, builder: SurfaceBuilder, file: string): void {
  for (let t = 0; t < count; t++) {
    for (let k = 0; k < 3; k++) {
      const at = HEADER_BYTES + t * TRIANGLE_BYTES + 12 + k * 12;
      addCorner(
        [view.getFloat32(at, true), view.getFloat32(at + 4, true), view.getFloat32(at + 8, true)],
        builder,
        file,
        `triangle ${t + 1}`,
      );
    }
  }
}

function readText(text: string, builder: SurfaceBuilder, file: string): void {
  let corners = 0;
  text.split('\n').forEach((line, index) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'vertex') {
      addCorner([Number(words[1]), Number(words[2]), Number(words[3])], builder, file, `line ${index + 1}`);
      corners++;
    } else if (words[0] === 'endloop' && corners % 3 !== 0) {
      throw new MeshFileError('MESH_BROKEN', file, `line ${index + 1}: a facet needs three vertices`, EXPORT_AGAIN);
    }
  });
  if (corners % 3 !== 0) throw new MeshFileError('MESH_BROKEN', file, 'the last facet is cut off', EXPORT_AGAIN);
}

function addCorner(position: Vec3, builder: SurfaceBuilder, file: string, where: string): void {
  if (!position.every(Number.isFinite)) {
    throw new MeshFileError('MESH_BROKEN', file, `${where}: a coordinate is no number`, EXPORT_AGAIN);
  }
  builder.corner(position, undefined);
}
