// Owns the looks and the kinematics of the Panda as one file of bytes, for a viewer that may not build them itself: a
// header in JSON, then plain arrays. Must never hold a pose of a robot, nor a shape that is not in visual.ts.
//
// Little-endian: "PNDA", the header's length in bytes (uint32), the header, filled with spaces to a multiple of four,
// and the arrays, to whose first byte all offsets count.

import { IDENTITY_POSE, type Pose, quatFromAxisAngle } from '../../spatial.ts';
import { FINGER_OFFSET_M, FLANGE_OFFSET_M, HAND_TURN_RAD, PANDA_DH, TOOL_OFFSET_M } from './kinematics.ts';
import { TOOLS, toolFaces } from './tools.ts';
import { pandaVisuals } from './visual.ts';
import { toolVisuals } from './visual-tools.ts';

export const SHELL_FILE_VERSION = 1;

/** What is joined into one mesh: everything of one finish that is fixed to one frame. */
interface Surface {
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  readonly indices: Uint32Array;
  readonly colorSrgb: readonly number[];
}

/** The bytes of the file. @param recipe names what it was made of, so that a build need not make it twice */
export function pandaShellFile(recipe: string): Uint8Array {
  const surfaces = new Map<string, Surface[]>();
  const add = (frame: string, { mesh, material }: { mesh: Omit<Surface, 'colorSrgb'>; material: Material }) => {
    const list = surfaces.get(frame) ?? [];
    list.push({ ...mesh, colorSrgb: material.colorSrgb });
    surfaces.set(frame, list);
  };
  for (const part of pandaVisuals()) add(part.frame, part);
  for (const kind of ['pad', 'pen'] as const) {
    // What is fixed to the hand only with this tool stands apart from the hand itself.
    for (const part of toolVisuals(kind)) add(part.body === 'hand' ? `hand with ${kind}` : part.body, part);
  }
  const arrays: Uint8Array[] = [];
  let length = 0;
  const store = (array: Float32Array | Uint16Array | Uint8Array | Int8Array) => {
    const at = length;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    arrays.push(bytes);
    length += Math.ceil(bytes.length / 4) * 4;
    return at;
  };
  const meshes = [...surfaces].map(([frame, list]) => {
    const joined = join(list);
    return {
      frame,
      vertices: joined.positions.length / 3,
      corners: joined.indices.length,
      positions: store(joined.positions),
      normals: store(joined.normals),
      colors: store(joined.colors),
      indices: store(joined.indices),
    };
  });
  const header = encode({ version: SHELL_FILE_VERSION, recipe, ...chain(), meshes });
  const file = new Uint8Array(8 + header.length + length);
  file.set([0x50, 0x4e, 0x44, 0x41]);
  new DataView(file.buffer).setUint32(4, header.length, true);
  file.set(header, 8);
  let at = 8 + header.length;
  for (const bytes of arrays) {
    file.set(bytes, at);
    at += Math.ceil(bytes.length / 4) * 4;
  }
  return file;
}

interface Material {
  readonly colorSrgb: readonly number[];
}

/** Fixed transforms: a joint turns about its own z, a finger opens along its own y by half of the width. */
function chain() {
  const turned = (axis: readonly [number, number, number], angleRad: number): Pose['quatWxyz'] =>
    angleRad === 0 ? IDENTITY_POSE.quatWxyz : quatFromAxisAngle(axis, angleRad);
  const finger = (angleRad: number): Pose => ({
    position: [0, 0, FINGER_OFFSET_M],
    quatWxyz: turned([0, 0, 1], angleRad),
  });
  return {
    parentFromJoints: PANDA_DH.map(({ a, d, quarterTurns }): Pose => {
      // z of the joint, seen from its parent: turned about x.
      const [y, z] = quarterTurns === 0 ? [0, d] : [-quarterTurns * d, 0];
      return { position: [a, y, z], quatWxyz: turned([1, 0, 0], (quarterTurns * Math.PI) / 2) };
    }),
    link7FromHand: {
      position: [0, 0, FLANGE_OFFSET_M] as const,
      quatWxyz: turned([0, 0, 1], HAND_TURN_RAD),
    },
    handFromTool: { ...IDENTITY_POSE, position: [0, 0, TOOL_OFFSET_M] as const },
    handFromFingers: { left: finger(0), right: finger(Math.PI) },
    /** Where the soft faces of tools are at rest; a file of an episode says where they are pressed to. */
    handFromFaces: Object.fromEntries(
      (Object.keys(TOOLS) as (keyof typeof TOOLS)[])
        .flatMap((kind) => toolFaces(kind))
        .map(({ name, handFromFace }) => [`tool_${name}`, handFromFace]),
    ),
  };
}

function join(list: readonly Surface[]) {
  const count = list.reduce((sum, { positions }) => sum + positions.length / 3, 0);
  const positions = new Float32Array(3 * count);
  const normals = new Int8Array(4 * count);
  const colors = new Uint8Array(4 * count);
  const indices: number[] = [];
  let first = 0;
  for (const surface of list) {
    const vertices = surface.positions.length / 3;
    positions.set(surface.positions, 3 * first);
    for (let i = 0; i < vertices; i++) {
      for (let axis = 0; axis < 3; axis++) {
        normals[4 * (first + i) + axis] = Math.round(127 * surface.normals[3 * i + axis]);
        colors[4 * (first + i) + axis] = Math.round(255 * surface.colorSrgb[axis]);
      }
      colors[4 * (first + i) + 3] = 255;
    }
    for (const index of surface.indices) indices.push(first + index);
    first += vertices;
  }
  if (count > 0xffff) throw new RangeError(`a mesh of ${count} corners does not fit numbers of 16 bits`);
  return { positions, normals, colors, indices: Uint16Array.from(indices) };
}

function encode(header: unknown): Uint8Array {
  const text = JSON.stringify(header);
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(0x20);
  padded.set(bytes);
  return padded;
}
