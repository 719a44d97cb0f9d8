// Owns the Panda as MJCF text, built from the tables beside this file. Knows nothing of tables, cubes or tasks.

import type { Pose, Vec3 } from '../../spatial.ts';
import {
  BASE_SHAPES,
  type CollisionShape,
  FINGER_SHAPES,
  HAND_SHAPES,
  IGNORED_PAIRS,
  LINK_SHAPES,
} from './collision.ts';
import { FINGER_INERTIAL, HAND_INERTIAL, type Inertial, LINK_INERTIALS } from './inertials.ts';
import { FINGER_OFFSET_M, FLANGE_OFFSET_M, HAND_TURN_RAD, PANDA_DH, TOOL_OFFSET_M } from './kinematics.ts';
import { FRANKA_HAND_LIMITS, PANDA_JOINT_LIMITS } from './limits.ts';
import { TOOLS, type ToolFace, type ToolKind } from './tools.ts';

/** Position gains of the joint servos, Nm/rad (mujoco_menagerie's, close to Franka's joint impedance). */
export const JOINT_STIFFNESS = [4500, 4500, 3500, 3500, 2000, 2000, 2000] as const;
/** Velocity gains of the joint servos, Nm s/rad. */
export const JOINT_DAMPING = [450, 450, 350, 350, 200, 200, 200] as const;
/** Rotor inertia seen at the joint, kg m^2 (mujoco_menagerie). */
const JOINT_ARMATURE = 0.1;
/** Gains of the finger servo: N/m and N s/m. The damping is near critical for the fingers' apparent mass. */
export const FINGER_STIFFNESS = 4000;
const FINGER_DAMPING = 120;
const FINGER_ARMATURE = 0.2;
/** Rubber pads on wood or plastic; MuJoCo takes the larger value of a pair. */
const PAD_FRICTION = '1.2 0.02 0.0005';

/** Share of the margin that hand and fingers get: they work close to things. */
const HAND_MARGIN_SHARE = 0.6;

/** Which geoms may touch which: MuJoCo's contype and conaffinity. */
export interface CollisionBits {
  readonly contype: number;
  readonly conaffinity: number;
}

export interface PandaParts {
  /** Element of <worldbody>. */
  readonly body: string;
  /** Elements of <contact>, <tendon>, <equality> and <actuator>. */
  readonly contact: string;
  readonly tendon: string;
  readonly equality: string;
  readonly actuator: string;
}

function numbers(values: readonly number[]): string {
  return values.map((value) => String(value)).join(' ');
}

function geom(shape: CollisionShape, name: string, extra: string): string {
  switch (shape.kind) {
    case 'capsule':
      return `<geom name="${name}" type="capsule" fromto="${numbers([...shape.from, ...shape.to])}" size="${shape.radiusM}" ${extra}/>`;
    case 'box':
      return `<geom name="${name}" type="box" pos="${numbers(shape.centre)}" size="${numbers(shape.halfSize)}" ${extra}/>`;
    case 'sphere':
      return `<geom name="${name}" type="sphere" pos="${numbers(shape.centre)}" size="${shape.radiusM}" ${extra}/>`;
  }
}

function geoms(shapes: readonly CollisionShape[], body: string, extra: string): string {
  return shapes.map((shape, index) => geom(shape, `${body}/${index}`, extra)).join('');
}

function inertial({ massKg, centre, inertia }: Inertial, centreOverride?: Vec3): string {
  return `<inertial mass="${massKg}" pos="${numbers(centreOverride ?? centre)}" fullinertia="${numbers(inertia)}"/>`;
}

/** A working face on its spring. */
function faceMjcf(face: ToolFace, prefix: string, collide: string): string {
  const name = `${prefix}tool_${face.name}`;
  const { position, quatWxyz } = face.handFromFace;
  const [sx, sy] = face.size;
  const contact = `${collide} priority="1" friction="${face.friction} 0.005 0.0001" solref="${face.contactS} 1" solimp="0.95 0.99 0.001"`;
  const solid: CollisionShape =
    face.role === 'inks'
      ? { kind: 'capsule', from: [0, 0, -face.depthM], to: [0, 0, -sx / 2], radiusM: sx / 2 }
      : { kind: 'box', centre: [0, 0, -face.depthM / 2], halfSize: [sx / 2, sy / 2, face.depthM / 2] };
  const inertia = face.massKg * 1e-3;
  return `<body name="${name}" pos="${numbers(position)}" quat="${numbers(quatWxyz)}" gravcomp="1"><inertial mass="${face.massKg}" pos="0 0 ${-face.depthM / 2}" diaginertia="${inertia} ${inertia} ${inertia}"/><joint name="${name}" type="slide" axis="0 0 1" range="${-face.travelM} 0" limited="true" solreflimit="0.004 1" solimplimit="0.95 0.99 0.0005" stiffness="${face.stiffnessNPerM}" damping="${face.dampingNsPerM}" armature="${face.armatureKg}"/>${geom(solid, name, contact)}</body>`;
}

/**
 * One arm with its hand or tool. A tool sits where the fingers would be: these keep their joints, so that every arm has
 * the same servos, but touch nothing.
 * @param prefix put before every name, as "left/"
 * @param worldFromBase where the arm stands, metres
 * @param bits which geoms may touch the arm
 * @param marginM distance at which a contact of the arm is reported, metres; hand, fingers and tools get 0.6 of it
 */
export function pandaMjcf(
  prefix: string,
  worldFromBase: Pose,
  bits: CollisionBits,
  marginM: number,
  toolKind: ToolKind = 'hand',
): PandaParts {
  const collide = `contype="${bits.contype}" conaffinity="${bits.conaffinity}"`;
  const shell = `${collide} margin="${marginM}" friction="0.6 0.005 0.0001"`;
  const handMargin = `margin="${HAND_MARGIN_SHARE * marginM}"`;
  const hand = `${collide} ${handMargin} friction="0.6 0.005 0.0001"`;
  const { minRad, maxRad, torqueNm } = PANDA_JOINT_LIMITS;
  const tool = toolKind === 'hand' ? undefined : TOOLS[toolKind];
  const grips = tool === undefined ? collide : 'contype="0" conaffinity="0"';
  const fingerShell = tool === undefined ? hand : grips;
  const toolMjcf =
    tool === undefined
      ? ''
      : `${geoms(tool.fixed, `${prefix}tool_mount`, hand)}${tool.faces.map((face) => faceMjcf(face, prefix, `${collide} ${handMargin}`)).join('')}`;

  const finger = (side: 'left' | 'right', turn: string) => {
    const name = `${prefix}${side}_finger`;
    const [pad, ...rest] = FINGER_SHAPES;
    return `<body name="${name}" pos="0 0 ${FINGER_OFFSET_M}" ${turn} gravcomp="1">${inertial(FINGER_INERTIAL)}<joint name="${name}_joint" type="slide" axis="0 1 0" range="0 ${FRANKA_HAND_LIMITS.maxWidthM / 2}" limited="true" solreflimit="0.004 1" solimplimit="0.99 0.999 0.0005" armature="${FINGER_ARMATURE}" damping="5"/>${geom(pad, `${name}/pad`, `${grips} ${handMargin} condim="4" priority="1" friction="${PAD_FRICTION}" solref="0.004 1" solimp="0.95 0.99 0.001"`)}${geoms(rest, name, fingerShell)}</body>`;
  };

  let tree = `<body name="${prefix}hand" pos="0 0 ${FLANGE_OFFSET_M}" axisangle="0 0 1 ${HAND_TURN_RAD}" gravcomp="1">${inertial(HAND_INERTIAL)}${geoms(HAND_SHAPES, `${prefix}hand`, hand)}<site name="${prefix}tool" pos="0 0 ${TOOL_OFFSET_M}"/>${finger('left', '')}${finger('right', 'quat="0 0 0 1"')}${toolMjcf}</body>`;
  for (let i = PANDA_DH.length - 1; i >= 0; i--) {
    const { a, d, quarterTurns } = PANDA_DH[i];
    const name = `${prefix}link${i + 1}`;
    // Modified Denavit-Hartenberg with right-angle twists: the offset d lies along the already twisted z axis.
    const position = [a, -quarterTurns * d, quarterTurns === 0 ? d : 0];
    const twist = quarterTurns === 0 ? '' : `quat="${Math.SQRT1_2} ${quarterTurns * Math.SQRT1_2} 0 0"`;
    tree = `<body name="${name}" pos="${numbers(position)}" ${twist} gravcomp="1">${inertial(LINK_INERTIALS[i])}<joint name="${prefix}joint${i + 1}" axis="0 0 1" range="${minRad[i]} ${maxRad[i]}" limited="true" armature="${JOINT_ARMATURE}" damping="1"/>${geoms(LINK_SHAPES[i], name, shell)}${tree}</body>`;
  }

  const joints = PANDA_DH.map((_, i) => i);
  return {
    body: `<body name="${prefix}link0" pos="${numbers(worldFromBase.position)}" quat="${numbers(worldFromBase.quatWxyz)}">${geoms(BASE_SHAPES, `${prefix}link0`, shell)}${tree}</body>`,
    contact: IGNORED_PAIRS.map(([one, other]) => `<exclude body1="${prefix}${one}" body2="${prefix}${other}"/>`).join(
      '',
    ),
    tendon: `<fixed name="${prefix}grip"><joint joint="${prefix}left_finger_joint" coef="0.5"/><joint joint="${prefix}right_finger_joint" coef="0.5"/></fixed>`,
    equality: `<joint joint1="${prefix}left_finger_joint" joint2="${prefix}right_finger_joint" solref="0.004 1" solimp="0.95 0.99 0.001"/>`,
    actuator: `${joints
      .map(
        (i) =>
          `<general name="${prefix}servo${i + 1}" joint="${prefix}joint${i + 1}" biastype="affine" gainprm="${JOINT_STIFFNESS[i]}" biasprm="0 ${-JOINT_STIFFNESS[i]} ${-JOINT_DAMPING[i]}" forcelimited="true" forcerange="${-torqueNm[i]} ${torqueNm[i]}"/>`,
      )
      .join(
        '',
      )}<general name="${prefix}grip" tendon="${prefix}grip" biastype="affine" gainprm="${FINGER_STIFFNESS}" biasprm="0 ${-FINGER_STIFFNESS} ${-FINGER_DAMPING}" forcelimited="true" forcerange="-60 60"/>`,
  };
}
