// Owns what an arm can work with instead of fingers: a wiping pad, or a pen with an eraser beside it. Shapes and springs
// as data, in the hand frame; the MJCF and the looks are built from them. Knows nothing of marks or tasks.

import { IDENTITY_POSE, type Pose, quatFromAxisAngle } from '../../spatial.ts';
import type { CollisionShape } from './collision.ts';
import { TOOL_OFFSET_M } from './kinematics.ts';

/** 'hand': the fingers. */
export type ToolKind = 'hand' | 'pad' | 'pen';

/**
 * A working face on a spring. It gives way against its own z axis, which points out of the tool, so that a robot with
 * stiff joints presses gently: what the target lies below the surface turns into force.
 */
export interface ToolFace {
  /** Body and joint are called "left/tool_NAME". */
  readonly name: 'pad' | 'tip' | 'eraser';
  readonly role: 'wipes' | 'inks';
  /** At rest, metres; z points out of the face. */
  readonly handFromFace: Pose;
  /** Full side lengths of the face along its x and y, metres; of a round tip, its diameter twice. */
  readonly size: readonly [number, number];
  /** How far the soft part reaches back from the face, metres. */
  readonly depthM: number;
  readonly massKg: number;
  /** Inertia of the slide beyond its mass, kg: keeps light parts on stiff springs steady at 2 ms. */
  readonly armatureKg: number;
  readonly stiffnessNPerM: number;
  readonly dampingNsPerM: number;
  readonly travelM: number;
  readonly friction: number;
  /** Time in which a contact gives way and recovers, seconds: felt is slow, so that a light tip does not chatter. */
  readonly contactS: number;
}

export interface Tool {
  /** As messages say it. */
  readonly spoken: string;
  /** What is fixed to the hand, in its frame. */
  readonly fixed: readonly CollisionShape[];
  readonly faces: readonly ToolFace[];
}

/** The wiping tool of robosuite: 0.12 m x 0.05 m, its working face exactly at the tool point. */
const PAD: Tool = {
  spoken: 'wiping pad',
  fixed: [{ kind: 'box', centre: [0, 0, 0.0747], halfSize: [0.02, 0.054, 0.0087] }],
  faces: [
    {
      name: 'pad',
      role: 'wipes',
      handFromFace: { ...IDENTITY_POSE, position: [0, 0, TOOL_OFFSET_M] },
      size: [0.05, 0.12],
      depthM: 0.018,
      massKg: 0.03,
      armatureKg: 0.1,
      stiffnessNPerM: 5000,
      dampingNsPerM: 40,
      travelM: 0.01,
      friction: 0.3,
      contactS: 0.006,
    },
  ],
};

/** The eraser's face leans by this: turned by as much about its y axis, the hand lays it flat and lifts the pen. */
export const ERASER_LEAN_RAD = Math.PI / 4;
/**
 * Middle of the eraser's face, on the robot's side of a hand that points down. Drawing, it hovers 44 mm above the board;
 * erasing, the tip of the pen hovers 10 mm and the edge of the hand 14 mm above it.
 */
const ERASER_X_M = -0.07;
const ERASER_Z_M = TOOL_OFFSET_M - 0.055;

const PEN: Tool = {
  spoken: 'pen',
  fixed: [
    { kind: 'capsule', from: [0, 0, 0.06], to: [0, 0, 0.085], radiusM: 0.008 },
    { kind: 'box', centre: [-0.045, 0, 0.041], halfSize: [0.018, 0.012, 0.006] },
  ],
  faces: [
    {
      name: 'tip',
      role: 'inks',
      handFromFace: { ...IDENTITY_POSE, position: [0, 0, TOOL_OFFSET_M] },
      size: [0.005, 0.005],
      depthM: 0.014,
      massKg: 0.01,
      armatureKg: 0.02,
      stiffnessNPerM: 500,
      dampingNsPerM: 12,
      travelM: 0.008,
      friction: 0.2,
      contactS: 0.02,
    },
    {
      name: 'eraser',
      role: 'wipes',
      handFromFace: {
        position: [ERASER_X_M, 0, ERASER_Z_M],
        quatWxyz: quatFromAxisAngle([0, 1, 0], -ERASER_LEAN_RAD),
      },
      size: [0.03, 0.06],
      depthM: 0.012,
      massKg: 0.02,
      armatureKg: 0.1,
      stiffnessNPerM: 3000,
      dampingNsPerM: 30,
      travelM: 0.006,
      friction: 0.4,
      contactS: 0.006,
    },
  ],
};

/** The tools by kind; the hand has its fingers instead. */
export const TOOLS: Readonly<Record<Exclude<ToolKind, 'hand'>, Tool>> = { pad: PAD, pen: PEN };

/** Faces of a tool; a hand has none. */
export function toolFaces(kind: ToolKind): readonly ToolFace[] {
  return kind === 'hand' ? [] : TOOLS[kind].faces;
}

/** Pose of the eraser's face seen from the tool point. */
export function toolFromEraser(): Pose {
  const { position, quatWxyz } = PEN.faces[1].handFromFace;
  return { position: [position[0], position[1], position[2] - TOOL_OFFSET_M], quatWxyz };
}
