// Owns the draw of a world: from a task and a seed to the scene with everything in its place. The same seed gives the
// same scene everywhere.

import { createRandomStream, type RandomStream } from '../random.ts';
import { PANDA_JOINT_LIMITS } from '../robots/panda/limits.ts';
import { CART_POLE_POSITION, type CartPoleMount, START_SPREAD } from '../scenes/cart-pole.ts';
import type { Fixture, Part, Prop, Scene } from '../scenes/scene.ts';
import { SHAPES } from '../scenes/shapes/registry.ts';
import { compose, IDENTITY_POSE, type Pose, quatFromAxisAngle, type Vec3 } from '../spatial.ts';
import { armMounts } from './arm-mounts.ts';
import { goalReferences } from './goal.ts';
import { drawMarks } from './mark-layout.ts';
import type { Task } from './task-schema.ts';

/** Gap left between an object and what it stands on, so that nothing starts interpenetrating (m). */
const DROP_GAP_M = 0.0005;
/** Draws of one place, and of all places from the first one on. */
const MAX_ATTEMPTS = 5000;
const MAX_STARTS = 20;
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

/** The posture every arm starts from without its noise: left, then right. Radians. */
export function homeJointsOf({ robot }: Task): readonly (readonly number[])[] {
  return robot.arms === 1 ? [robot.startJointsRad] : [robot.startJointsRad, robot.rightStartJointsRad];
}

/** @throws LayoutError when the props do not fit into their ranges */
export function drawScene(task: Task, seed: number): Scene {
  const random = createRandomStream(seed, `layout of ${task.name}`);
  const fixtures: Fixture[] = task.world.fixtures.map((fixture) => ({
    name: fixture.name,
    pose: { position: fixture.position, quatWxyz: quatFromAxisAngle([0, 0, 1], fixture.yaw) },
    size: fixture.size,
    colorSrgb: fixture.color,
    friction: fixture.friction,
    ...solids(fixture, fixture.size),
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
  const poses = drawPlaces(task, seed, fixtures, sizes, random);
  const props: Prop[] = task.world.props.map((prop) => ({
    name: prop.name,
    pose: poses.get(prop.name) as Pose,
    size: sizes.get(prop.name) as Vec3,
    colorSrgb: prop.color,
    density: prop.density,
    friction: prop.friction,
    ...solids(prop, sizes.get(prop.name) as Vec3),
  }));
  const { robot, physics } = task;
  const start = (jointsRad: readonly number[]) =>
    jointsRad.map((joint, j) => {
      const drawn = joint + random.gaussian(0, robot.startNoiseRad);
      const [low, high] = startRangeRad(j);
      return Math.min(Math.max(drawn, low), high);
    });
  const arms = armMounts(robot, homeJointsOf(task).map(start));
  const marks = drawMarks(task, seed);
  const forceOn = measuredFixtures(task);
  return {
    arms,
    fixtures,
    props,
    ...(marks.length === 0 ? {} : { marks }),
    ...(forceOn.length === 0 ? {} : { forceOn }),
    ...(task.api === 'cart-pole' ? { apparatus: drawCartPole(seed) } : {}),
    ...(physics.gravityMPerS2 === 9.81 ? {} : physics),
  };
}

/** A cart-pole that starts nearly upright and nearly still, as in Gym. */
function drawCartPole(seed: number): CartPoleMount {
  const random = createRandomStream(seed, 'start of the cart-pole');
  const little = () => random.uniform(-START_SPREAD, START_SPREAD);
  const start = {
    positionM: little(),
    velocityMPerS: little(),
    angleRad: little(),
    angularVelocityRadPerS: little(),
  };
  return { kind: 'cart-pole', position: CART_POLE_POSITION, start };
}

/** The furniture whose force a goal asks for. */
function measuredFixtures({ goal, variants }: Task): readonly string[] {
  const references = [goal, ...variants.map((variant) => variant.goal)].flatMap((one) => goalReferences(one));
  return [...new Set(references.filter(({ kind }) => kind === 'fixture').map(({ name }) => name))];
}

/**
 * Pose of every prop. Things placed early can leave no room for a later one though there would be enough: then all of
 * them are placed anew.
 * @throws LayoutError
 */
function drawPlaces(
  task: Task,
  seed: number,
  fixtures: readonly Fixture[],
  sizes: ReadonlyMap<string, Vec3>,
  random: RandomStream,
): ReadonlyMap<string, Pose> {
  for (let start = 1; ; start++) {
    const places = placeAll(task, fixtures, sizes, random);
    if (places instanceof Map) return places;
    if (start === MAX_STARTS) {
      throw new LayoutError(
        `no free place for "${places}" in task ${task.name}, seed ${seed}: widen its x and y ranges`,
      );
    }
  }
}

/** Pose of every prop, or the name of the one for which no room was left. */
function placeAll(
  task: Task,
  fixtures: readonly Fixture[],
  sizes: ReadonlyMap<string, Vec3>,
  random: RandomStream,
): Map<string, Pose> | string {
  const poses = new Map<string, Pose>();
  const onFixtures: { name: string; x: number; y: number; radius: number }[] = [];
  for (const { place, on, x: xRange = [0, 0], y: yRange = [0, 0], yaw, gapM } of task.layout) {
    const size = sizes.get(place) as Vec3;
    const fixture = fixtures.find(({ name }) => name === on);
    const below: Pose = fixture?.pose ?? poses.get(on) ?? IDENTITY_POSE;
    const belowHeight = (fixture?.size ?? (sizes.get(on) as Vec3))[2];
    const z = below.position[2] + belowHeight / 2 + size[2] / 2 + DROP_GAP_M;
    const radius = Math.sqrt(size[0] * size[0] + size[1] * size[1]) / 2;
    for (let attempt = 0; ; attempt++) {
      if (attempt === MAX_ATTEMPTS) return place;
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
        const least = other.radius + radius + gapM;
        return dx * dx + dy * dy > least * least;
      });
      if (!free) continue;
      onFixtures.push({ name: place, x: offset[0], y: offset[1], radius });
      poses.set(place, { position: [offset[0], offset[1], z], quatWxyz: turn });
      break;
    }
  }
  return poses;
}

type Solids = Pick<Prop, 'parts' | 'features' | 'cavity'>;

/** Parts and features of a shape, in the colours and by the names of the task file; nothing for a plain box. */
function solids(body: Task['world']['fixtures' | 'props'][number], size: Vec3): Solids {
  if (body.shape === 'box') return {};
  const { parts, features, cavity } = SHAPES[body.shape].build(size);
  const nameOf = (key: string) => body.features[key]?.name ?? `${body.name} ${key}`;
  return {
    parts: parts.map(
      ({ feature, ...part }): Part => ({
        ...part,
        colorSrgb: (feature === undefined ? undefined : body.features[feature]?.color) ?? body.color,
        ...(feature === undefined ? {} : { feature: nameOf(feature) }),
      }),
    ),
    features: features.map(({ key, ...feature }) => ({ ...feature, name: nameOf(key) })),
    ...(cavity === undefined ? {} : { cavity }),
  };
}
