// Owns what a world contains: arms, fixed furniture and loose props, and its MJCF text. Frame: the base of arm 0.
// Knows nothing of tasks, goals or randomness.

import { STEP_S } from '../engine/physics.ts';
import { type CollisionBits, pandaMjcf } from '../robots/panda/mjcf.ts';
import type { Pose, Vec3 } from '../spatial.ts';

/** A box that never moves. */
export interface Fixture {
  readonly name: string;
  readonly pose: Pose;
  /** Full side lengths, metres. */
  readonly size: Vec3;
  readonly colorSrgb: Vec3;
  /** Sliding, torsional, rolling. */
  readonly friction: Vec3;
}

/** A box that can be moved. */
export interface Prop {
  readonly name: string;
  readonly pose: Pose;
  /** Full side lengths, metres. */
  readonly size: Vec3;
  readonly colorSrgb: Vec3;
  /** kg/m^3. */
  readonly density: number;
  readonly friction: Vec3;
}

export interface ArmMount {
  readonly side: 'left' | 'right';
  readonly worldFromBase: Pose;
  /** Joint angles at the start, radians, length 7. */
  readonly startJointsRad: readonly number[];
}

export interface Scene {
  readonly arms: readonly ArmMount[];
  readonly fixtures: readonly Fixture[];
  readonly props: readonly Prop[];
}

/** Bits of the physics world: everything touches everything, except what fixtures and the engine rule out. */
const PHYSICS_BITS: CollisionBits = { contype: 1, conaffinity: 1 };
/**
 * Bits of the planning world: arm against arm and against all else, but props neither against props nor furniture.
 * A held prop is switched to HELD_BITS, which meet props and furniture, but not the arm.
 */
const PLANNING_ARM_BITS: CollisionBits = { contype: 1, conaffinity: 3 };
export const PLANNING_PROP_BITS: CollisionBits = { contype: 2, conaffinity: 0 };
export const PLANNING_HELD_BITS: CollisionBits = { contype: 4, conaffinity: 2 };

/**
 * Clearance the planner keeps between the arm's shells and anything else, metres. Hand and fingers keep 3 mm: what the
 * servos lag behind in the briskest motions (1.9 mm on straight lines, 3.1 mm with all joints at once).
 */
const PLANNING_MARGIN_M = 0.005;

export type ScenePurpose = 'physics' | 'planning';

function numbers(values: readonly number[]): string {
  return values.map((value) => String(value)).join(' ');
}

function escapeName(name: string): string {
  return name.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

function fixtureMjcf(fixture: Fixture, bits: CollisionBits): string {
  const { pose, size, friction } = fixture;
  return `<geom name="${escapeName(fixture.name)}" type="box" pos="${numbers(pose.position)}" quat="${numbers(pose.quatWxyz)}" size="${numbers(size.map((side) => side / 2))}" friction="${numbers(friction)}" contype="${bits.contype}" conaffinity="${bits.conaffinity}"/>`;
}

function propMjcf(prop: Prop, bits: CollisionBits): string {
  const { pose, size } = prop;
  const name = escapeName(prop.name);
  return `<body name="${name}" pos="${numbers(pose.position)}" quat="${numbers(pose.quatWxyz)}"><freejoint name="${name}"/><geom name="${name}" type="box" size="${numbers(size.map((side) => side / 2))}" density="${prop.density}" friction="${numbers(prop.friction)}" contype="${bits.contype}" conaffinity="${bits.conaffinity}"/></body>`;
}

/** MJCF text of a scene. Bodies of arms are prefixed "left/" and "right/"; props and fixtures keep their names. */
export function sceneMjcf(scene: Scene, purpose: ScenePurpose): string {
  const planning = purpose === 'planning';
  const armBits = planning ? PLANNING_ARM_BITS : PHYSICS_BITS;
  const propBits = planning ? PLANNING_PROP_BITS : PHYSICS_BITS;
  const arms = scene.arms.map((arm) =>
    pandaMjcf(`${arm.side}/`, arm.worldFromBase, armBits, planning ? PLANNING_MARGIN_M : 0),
  );
  const all = (part: keyof (typeof arms)[number]) => arms.map((arm) => arm[part]).join('');
  return `<mujoco model="capstan">
<compiler angle="radian" autolimits="false"/>
<option timestep="${STEP_S}" integrator="implicitfast" cone="elliptic" impratio="10"><flag autoreset="disable"/></option>
<worldbody>${scene.fixtures.map((fixture) => fixtureMjcf(fixture, propBits)).join('')}${all('body')}${scene.props.map((prop) => propMjcf(prop, propBits)).join('')}</worldbody>
<contact>${all('contact')}</contact><tendon>${all('tendon')}</tendon><equality>${all('equality')}</equality><actuator>${all('actuator')}</actuator>
</mujoco>`;
}
