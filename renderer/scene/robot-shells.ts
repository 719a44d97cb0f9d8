// Owns reading the file that holds the Panda's looks and its kinematic chain (written by sim/robots/panda/shell-file.ts).
// Must never guess: what is not a file of this version is refused.

import type { Pose } from '../../sim/spatial.ts';

const VERSION = 1;
const MAGIC = 0x41444e50; // "PNDA"

/** Fixed transforms of the arm: a joint turns about its own z, a finger opens along its own y. */
export interface ArmChain {
  readonly parentFromJoints: readonly Pose[];
  readonly link7FromHand: Pose;
  readonly handFromTool: Pose;
  readonly handFromFingers: { readonly left: Pose; readonly right: Pose };
  readonly handFromFaces: Readonly<Record<string, Pose>>;
}

/** One mesh per frame: "link0" to "link7", "hand", fingers, "hand with pad", "tool_pad" and so on. */
export interface ShellMesh {
  readonly frame: string;
  readonly positions: Float32Array;
  /** Four numbers per corner, of 127; the fourth is nothing. */
  readonly normals: Int8Array;
  /** sRGB and opacity, of 255. */
  readonly colors: Uint8Array;
  readonly indices: Uint16Array;
}

/** Offsets count from the first byte after the header. */
interface MeshEntry {
  readonly frame: string;
  readonly vertices: number;
  readonly corners: number;
  readonly positions: number;
  readonly normals: number;
  readonly colors: number;
  readonly indices: number;
}

export interface RobotShells {
  readonly chain: ArmChain;
  readonly meshes: readonly ShellMesh[];
}

/** @throws Error for bytes that are no such file */
export function readRobotShells(file: ArrayBuffer): RobotShells {
  const view = new DataView(file);
  if (file.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new Error('this is no file of robot shells');
  const headerLength = view.getUint32(4, true);
  const start = 8 + headerLength;
  if (start > file.byteLength) throw new Error('the file of robot shells is cut off');
  const text = new TextDecoder().decode(new Uint8Array(file, 8, headerLength));
  // Made by the same build as this reader, which the version proves; the arrays below check their own bounds.
  const { version, meshes, ...chain } = JSON.parse(text) as ArmChain & {
    version: number;
    meshes: readonly MeshEntry[];
  };
  if (version !== VERSION)
    throw new Error(`the robot's shells are of version ${version}, not ${VERSION}: build Capstan again`);
  return {
    chain,
    meshes: meshes.map(({ frame, vertices, corners, positions, normals, colors, indices }) => ({
      frame,
      positions: new Float32Array(file, start + positions, 3 * vertices),
      normals: new Int8Array(file, start + normals, 4 * vertices),
      colors: new Uint8Array(file, start + colors, 4 * vertices),
      indices: new Uint16Array(file, start + indices, corners),
    })),
  };
}
