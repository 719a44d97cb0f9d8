// Owns what a viewer of an episode may draw of a simulated world: furniture and things as they look, arms by their
// collision shapes. Each stands in the frame of its body, so that it moves with the recorded transforms.
// Must never say where anything is.

import {
  BASE_SHAPES,
  type CollisionShape,
  FINGER_SHAPES,
  HAND_SHAPES,
  LINK_SHAPES,
} from '../../sim/robots/panda/collision.ts';
import { TOOLS, type ToolFace, toolFaces } from '../../sim/robots/panda/tools.ts';
import { DARK_GREY, SHELL_WHITE } from '../../sim/robots/panda/visual-part.ts';
import { type Part, partsOf, type Scene } from '../../sim/scenes/scene.ts';
import {
  compose,
  cross,
  distance,
  lerp,
  normalize,
  type Pose,
  quatFromMat3,
  subtract,
  type Vec3,
} from '../../sim/spatial.ts';
import { BASE_FRAME, type SceneMessage, type SceneShape } from '../episode/foxglove.ts';
import type { Envelope } from '../gate/envelope.ts';

const ARM_COLOR = [...SHELL_WHITE.colorSrgb, 1] as const;
const TOOL_COLOR = [...DARK_GREY.colorSrgb, 1] as const;

/**
 * Everything that can be drawn of a scene; entities are named as their bodies.
 * @param rig what the installation allows; nothing is said of it when left out
 */
export function sceneShapes(scene: Scene, rig?: Pick<Envelope, 'workspace' | 'keepOuts'>): SceneMessage {
  return {
    ...(rig === undefined
      ? {}
      : {
          volumes: [
            ...rig.workspace.map(({ name, min, max }) => ({ name, kind: 'allowed' as const, min, max })),
            ...rig.keepOuts.map(({ name, min, max }) => ({ name, kind: 'keep-out' as const, min, max })),
          ],
        }),
    entities: [
      ...scene.fixtures.map((fixture) => ({
        id: fixture.name,
        frame: BASE_FRAME,
        shapes: partsOf(fixture).map((part) => shapeOf(part, compose(fixture.pose, part.bodyFromPart))),
      })),
      ...scene.props.map((prop) => ({
        id: prop.name,
        frame: prop.name,
        shapes: partsOf(prop).map((part) => shapeOf(part, part.bodyFromPart)),
      })),
      ...scene.arms.flatMap(({ side, tool = 'hand' }) => {
        const links: [string, readonly CollisionShape[]][] = [
          ['link0', BASE_SHAPES],
          ...LINK_SHAPES.map((shapes, i): [string, readonly CollisionShape[]] => [`link${i + 1}`, shapes]),
          ['hand', tool === 'hand' ? HAND_SHAPES : [...HAND_SHAPES, ...TOOLS[tool].fixed]],
          ...(tool === 'hand'
            ? ([
                ['left_finger', FINGER_SHAPES],
                ['right_finger', FINGER_SHAPES],
              ] as const)
            : []),
        ].map(([name, shapes]) => [name as string, shapes as readonly CollisionShape[]]);
        const named = (link: string, shapes: readonly SceneShape[]) => {
          const frame = `${side}/${link}`;
          return { id: frame, frame, shapes };
        };
        return [
          ...links.map(([link, shapes]) => named(link, shapes.flatMap(armShapes))),
          ...toolFaces(tool).map((face) => named(`tool_${face.name}`, [faceShape(face)])),
        ];
      }),
    ],
  };
}

function shapeOf({ shape, colorSrgb }: Part, pose: Pose): SceneShape {
  const color = [...colorSrgb, 1] as const;
  switch (shape.kind) {
    case 'box':
      return { kind: 'box', pose, sizeM: shape.size, color };
    case 'cylinder':
      return { kind: 'cylinder', pose, sizeM: [2 * shape.radiusM, 2 * shape.radiusM, shape.heightM], color };
    case 'sphere':
      return ball(pose.position, shape.radiusM, color);
  }
}

/** A capsule is a cylinder between two balls. */
function armShapes(shape: CollisionShape): SceneShape[] {
  const upright = [1, 0, 0, 0] as const;
  switch (shape.kind) {
    case 'sphere':
      return [ball(shape.centre, shape.radiusM, ARM_COLOR)];
    case 'box': {
      const [x, y, z] = shape.halfSize;
      const pose: Pose = { position: shape.centre, quatWxyz: upright };
      return [{ kind: 'box', pose, sizeM: [2 * x, 2 * y, 2 * z], color: ARM_COLOR }];
    }
    case 'capsule': {
      const { from, to, radiusM } = shape;
      const pose: Pose = { position: lerp(from, to, 0.5), quatWxyz: alongZ(subtract(to, from)) };
      const sizeM: Vec3 = [2 * radiusM, 2 * radiusM, distance(from, to)];
      return [
        { kind: 'cylinder', pose, sizeM, color: ARM_COLOR },
        ball(from, radiusM, ARM_COLOR),
        ball(to, radiusM, ARM_COLOR),
      ];
    }
  }
}

/** The soft part of a working face, behind it. */
function faceShape({ size, depthM }: ToolFace): SceneShape {
  const pose: Pose = { position: [0, 0, -depthM / 2], quatWxyz: [1, 0, 0, 0] };
  return { kind: 'box', pose, sizeM: [size[0], size[1], depthM], color: TOOL_COLOR };
}

function ball(position: Vec3, radiusM: number, color: SceneShape['color']): SceneShape {
  const side = 2 * radiusM;
  return { kind: 'sphere', pose: { position, quatWxyz: [1, 0, 0, 0] }, sizeM: [side, side, side], color };
}

/** A rotation that turns z into a direction. */
function alongZ(direction: Vec3): Pose['quatWxyz'] {
  const z = normalize(direction);
  const aside: Vec3 = Math.abs(z[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0];
  const x = normalize(cross(aside, z));
  const y = cross(z, x);
  return quatFromMat3([x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]]);
}
