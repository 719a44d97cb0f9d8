// Owns the small hand-made worlds of the tests: a table, boxes where a test wants them, the arm at a posture.

import type { ArmMount, Fixture, Prop, Scene } from '../../sim/scenes/scene.ts';
import { IDENTITY_POSE, NO_ROTATION, type Pose, quatFromAxisAngle, type Vec3 } from '../../sim/spatial.ts';

/** The posture the tasks start from: the tool about 0.2 m above the table, pointing down (rad). */
export const HOME_RAD: readonly number[] = [0, 0.19634954, 0, -2.61799388, 0, 2.81434342, 0.78539816];
/** Height of the table's top in the tasks, metres. */
export const TABLE_TOP_M = -0.112;

export const LEFT_ARM: ArmMount = { side: 'left', worldFromBase: IDENTITY_POSE, startJointsRad: HOME_RAD };

const TABLE: Fixture = {
  name: 'table',
  pose: { position: [0.56, 0, TABLE_TOP_M - 0.025], quatWxyz: NO_ROTATION },
  size: [0.8, 0.8, 0.05],
  colorSrgb: [0.8, 0.7, 0.6],
  friction: [1, 0.005, 0.0001],
};

/** A box that stands on the table, its centre over (x, y). */
export function boxAt(
  name: string,
  [x, y]: readonly [number, number],
  size: Vec3 = [0.04, 0.04, 0.04],
  yawRad = 0,
): Prop {
  const pose: Pose = {
    position: [x, y, TABLE_TOP_M + size[2] / 2 + 0.0005],
    quatWxyz: quatFromAxisAngle([0, 0, 1], yawRad),
  };
  return { name, pose, size, colorSrgb: [0.8, 0.2, 0.2], density: 1000, friction: [1, 0.005, 0.0001] };
}

/** Furniture that stands on the table, its centre over (x, y). */
export function blockAt(name: string, [x, y]: readonly [number, number], size: Vec3): Fixture {
  return { ...TABLE, name, size, pose: { position: [x, y, TABLE_TOP_M + size[2] / 2], quatWxyz: NO_ROTATION } };
}

/** Table, one arm and these things. */
export function tableWith(...things: readonly (Prop | Fixture)[]): Scene {
  return {
    arms: [LEFT_ARM],
    fixtures: [TABLE, ...things.filter((thing): thing is Fixture => !('density' in thing))],
    props: things.filter((thing): thing is Prop => 'density' in thing),
  };
}
