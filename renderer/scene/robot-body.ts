// Owns the drawn robot: its shells with their tools, moved by joints; and the same as a ghost. Must never compute
// kinematics itself.

import {
  BufferAttribute,
  BufferGeometry,
  Group,
  LessEqualDepth,
  type Material,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
} from 'three';
import type { Pose } from '../../sim/spatial.ts';
import { ARM_BODIES, ArmKinematics, MATRIX, matrixOf } from './arm-kinematics.ts';
import { MEANINGS } from './meanings.ts';
import type { RobotShells } from './robot-shells.ts';
import { srgb } from './scene-colors.ts';
import type { ArmDescription } from './scene-messages.ts';

/** Geometry by frame of the file, made once for all arms and ghosts. */
export type ShellGeometries = ReadonlyMap<string, BufferGeometry>;

export function shellGeometries({ meshes }: RobotShells): ShellGeometries {
  return new Map(
    meshes.map(({ frame, positions, normals, colors, indices }) => {
      const geometry = new BufferGeometry();
      const count = positions.length / 3;
      const straight = new Float32Array(3 * count);
      const linear = new Float32Array(3 * count);
      for (let i = 0; i < count; i++) {
        for (let axis = 0; axis < 3; axis++) straight[3 * i + axis] = normals[4 * i + axis] / 127;
        const { r, g, b } = srgb([colors[4 * i] / 255, colors[4 * i + 1] / 255, colors[4 * i + 2] / 255]);
        linear.set([r, g, b], 3 * i);
      }
      geometry.setAttribute('position', new BufferAttribute(positions, 3));
      geometry.setAttribute('normal', new BufferAttribute(straight, 3));
      geometry.setAttribute('color', new BufferAttribute(linear, 3));
      geometry.setIndex(new BufferAttribute(indices, 1));
      return [frame, geometry];
    }),
  );
}

/** Satin lacquer: bright where the light is, never a mirror. */
export function shellMaterial(): MeshStandardMaterial {
  return new MeshStandardMaterial({ vertexColors: true, roughness: 0.38, metalness: 0 });
}

/** Where a ghost stands in the robot itself, the robot is seen. */
const BEHIND = { polygonOffset: true, polygonOffsetFactor: 2, polygonOffsetUnits: 4 } as const;
/** Two passes, so that nothing inside of a ghost shines through it. */
const GHOST_DEPTH = new MeshBasicMaterial({ colorWrite: false, ...BEHIND });
const GHOST_SKIN = new MeshStandardMaterial({
  color: MEANINGS.ahead,
  emissive: MEANINGS.ahead,
  emissiveIntensity: 0.45,
  ...BEHIND,
  transparent: true,
  opacity: 0.42,
  depthFunc: LessEqualDepth,
  depthWrite: false,
  roughness: 0.6,
});
/** Ghosts are drawn after everything solid. */
const GHOST_ORDER = 5;

interface Piece {
  readonly body: number;
  readonly mesh: Mesh;
}

export class RobotBody {
  readonly group = new Group();
  readonly kinematics: ArmKinematics;
  readonly side: ArmDescription['side'];
  readonly #pieces: Piece[] = [];
  /** Faces of tools, by frame, with their place on the hand at rest. */
  readonly #faces: { readonly mesh: Mesh; readonly handFromFace: Pose; readonly frame: string }[] = [];

  /** @param material of a solid arm; none makes a ghost */
  constructor(arm: ArmDescription, shells: RobotShells, geometries: ShellGeometries, material?: Material) {
    this.side = arm.side;
    this.kinematics = new ArmKinematics(shells.chain);
    const ghost = material === undefined;
    const add = (frame: string, body: number) => {
      const geometry = geometries.get(frame);
      if (geometry === undefined) return undefined;
      const mesh = new Mesh(geometry, material ?? GHOST_SKIN);
      mesh.matrixAutoUpdate = false;
      mesh.castShadow = !ghost;
      mesh.receiveShadow = !ghost;
      mesh.name = `${arm.side}/${ARM_BODIES[body] ?? frame}`;
      this.group.add(mesh);
      if (ghost) {
        const depth = new Mesh(geometry, GHOST_DEPTH);
        depth.matrixAutoUpdate = false;
        depth.renderOrder = GHOST_ORDER;
        mesh.renderOrder = GHOST_ORDER + 1;
        this.group.add(depth);
        this.#pieces.push({ body, mesh: depth });
      }
      return mesh;
    };
    ARM_BODIES.forEach((name, body) => {
      if (name === 'tool' || (arm.tool !== 'hand' && name.endsWith('_finger'))) return;
      const mesh = add(name, body);
      if (mesh !== undefined) this.#pieces.push({ body, mesh });
    });
    if (arm.tool !== 'hand') {
      const hand = ARM_BODIES.indexOf('hand');
      const mount = add(`hand with ${arm.tool}`, hand);
      if (mount !== undefined) this.#pieces.push({ body: hand, mesh: mount });
      const faces = arm.tool === 'pad' ? ['tool_pad'] : ['tool_tip', 'tool_eraser'];
      for (const frame of faces) {
        const handFromFace = shells.chain.handFromFaces[frame];
        const mesh = handFromFace === undefined ? undefined : add(frame, -1);
        if (mesh === undefined || handFromFace === undefined) continue;
        mesh.name = `${arm.side}/${frame}`;
        this.#faces.push({ mesh, handFromFace, frame });
      }
    }
  }

  /** What can be pointed at. */
  get meshes(): readonly Mesh[] {
    return [...this.#pieces.map(({ mesh }) => mesh), ...this.#faces.map(({ mesh }) => mesh)];
  }

  pose(worldFromBase: Pose, jointsRad: ArrayLike<number>, widthM: number, offset = 0): void {
    this.kinematics.pose(worldFromBase, jointsRad, widthM, offset);
    const { matrices } = this.kinematics;
    for (const { body, mesh } of this.#pieces) {
      mesh.matrix.fromArray(matrices, body * MATRIX);
      mesh.matrixWorldNeedsUpdate = true;
    }
    const hand = ARM_BODIES.indexOf('hand');
    for (const { mesh, handFromFace } of this.#faces) {
      mesh.matrix.fromArray(matrices, hand * MATRIX);
      mesh.matrix.multiply(mesh.matrix.clone().fromArray(matrixOf(handFromFace)));
      mesh.matrixWorldNeedsUpdate = true;
    }
  }
}
