// Owns the draw of a world: from a task and a seed to the scene with everything in its place. The same seed gives the
// same scene everywhere.

import { createRandomStream } from '../random.ts';
import { PANDA_JOINT_LIMITS } from '../robots/panda/limits.ts';
import type { Fixture, Prop, Scene } from '../scenes/scene.ts';
import { compose, IDENTITY_POSE, NO_ROTATION, type Pose, quatFromAxisAngle, type Vec3 } from '../spatial.ts';
import type { Task } from './task-schema.ts';

/** Gap left between an object and what it stands on, so that nothing starts interpenetrating (m). */
const DROP_GAP_M = 0.0005;
/** Least distance between the outlines of two placed objects (m). */
const OBJECT_GAP_M = 0.01;
const MAX_ATTEMPTS = 5000;
/** Distance of a start posture from every joint limit, radians. */
const START_MARGIN_RAD = 0.1;

/** The layout leaves no room: a fault of the task file. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError';
}

/** Angles from which a joint may start, radians: its limits less the margin. */
export function startRangeRad(joint: number): readonly [low: number, high: number] {
  const { minRad, maxRad } = PANDA_JOINT_LIMITS;
  return [minRad[joint] + START_MARGIN_RAD, maxRad[joint] - START_MARGIN_RAD];
}

/** @throws LayoutError when the props do not fit into their ranges */
export function drawScene(task: Task, seed: number): Scene {
  const random = createRandomStream(seed, `layout of ${task.name}`);
  const fixtures: Fixture[] = task.world.fixtures.map((fixture) => ({
    name: fixture.name,
    pose: { position: fixture.position, quatWxyz: NO_ROTATION },
    size: fixture.size,
    colorSrgb: fixture.color,
    friction: fixture.friction,
  }));
  const sizes = new Map<string, Vec3>();
  for (const prop of task.world.props) {
    const { size } = prop;
    sizes.set(
      prop.name,
      'min' in size
        ? ([0, 1, 2].map((axis) => random.uniform(size.min[axis], size.max[axis])) as unknown as Vec3)
        : size,
    );
  }
  const poses = new Map<string, Pose>();
  const onFixtures: { name: string; x: number; y: number; radius: number }[] = [];
  for (const { place, on, x: xRange = [0, 0], y: yRange = [0, 0], yaw } of task.layout) {
    const size = sizes.get(place) as Vec3;
    const fixture = fixtures.find(({ name }) => name === on);
    const below: Pose = fixture?.pose ?? poses.get(on) ?? IDENTITY_POSE;
    const belowHeight = (fixture?.size ?? (sizes.get(on) as Vec3))[2];
    const z = below.position[2] + belowHeight / 2 + size[2] / 2 + DROP_GAP_M;
    const radius = Math.sqrt(size[0] * size[0] + size[1] * size[1]) / 2;
    for (let attempt = 0; ; attempt++) {
      if (attempt === MAX_ATTEMPTS) {
        throw new LayoutError(
          `no free place for "${place}" in task ${task.name}, seed ${seed}: widen its x and y ranges`,
        );
      }
      const offset: Vec3 = [random.uniform(xRange[0], xRange[1]), random.uniform(yRange[0], yRange[1]), 0];
      const turn = quatFromAxisAngle([0, 0, 1], random.uniform(yaw[0], yaw[1]));
      if (fixture === undefined) {
        const stacked = compose(below, { position: offset, quatWxyz: turn });
        poses.set(place, { position: [stacked.position[0], stacked.position[1], z], quatWxyz: stacked.quatWxyz });
        break;
      }
      const free = onFixtures.every((other) => {
        const dx = other.x - offset[0];
        const dy = other.y - offset[1];
        const least = other.radius + radius + OBJECT_GAP_M;
        return dx * dx + dy * dy > least * least;
      });
      if (!free) continue;
      onFixtures.push({ name: place, x: offset[0], y: offset[1], radius });
      poses.set(place, { position: [offset[0], offset[1], z], quatWxyz: turn });
      break;
    }
  }
  const props: Prop[] = task.world.props.map((prop) => ({
    name: prop.name,
    pose: poses.get(prop.name) as Pose,
    size: sizes.get(prop.name) as Vec3,
    colorSrgb: prop.color,
    density: prop.density,
    friction: prop.friction,
  }));
  const startJointsRad = task.robot.startJointsRad.map((joint, j) => {
    const drawn = joint + random.gaussian(0, task.robot.startNoiseRad);
    const [low, high] = startRangeRad(j);
    return Math.min(Math.max(drawn, low), high);
  });
  return { arms: [{ side: 'left', worldFromBase: IDENTITY_POSE, startJointsRad }], fixtures, props };
}
