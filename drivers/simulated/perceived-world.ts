// Owns the world that a preview runs in above tier S1: the robot, which is known, and what was perceived, as bodies of
// plausible weight and grip. Must never be given anything of the live world but what its cameras and its robot told.

import type { Fixture, MarkLayer, Part, Scene } from '../../sim/scenes/scene.ts';
import { compose, invert, type Pose, type Vec3 } from '../../sim/spatial.ts';
import { armMounts } from '../../sim/tasks/arm-mounts.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import type { PerceivedMarks, PerceivedScene, PerceivedThing } from '../perceived-scene.ts';

/** No camera tells what things weigh: the density of dry hardwood, kg/m^3. */
const PLAUSIBLE_DENSITY = 700;
/** Sliding, torsional (m) and rolling (m) friction of things: dry wood or rubber on most surfaces. */
const THING_FRICTION: Vec3 = [1, 0.005, 0.0001];
/** What is so much higher than wide is taken for a post that is fastened. */
const POST_STRETCH = 3;
/** Of surfaces: of two that touch, the engine takes the greater, so that things keep their own. */
const SURFACE_FRICTION: Vec3 = [0.1, 0.005, 0.0001];

/**
 * The scene of a preview.
 * @param robot of the task: which arms, where they stand, what they work with; nothing else of it is read
 */
export function perceivedWorld({ robot }: Pick<Task, 'robot'>, perceived: PerceivedScene): Scene {
  const { supports, things, marks, arms } = perceived;
  const surfaces = supports.map(
    ({ name, pose, size, colorSrgb }): Fixture => ({ name, pose, size, colorSrgb, friction: SURFACE_FRICTION }),
  );
  const fixtures = [...surfaces, ...things.filter(isPost).map(bodyOf)];
  const ink = robot.tool === 'pen';
  const layers = marks.map((one) => layerOf(one, ink));
  // A pen draws although nothing was drawn before.
  const blank = ink && layers.length === 0 && surfaces.length > 0 ? [blankLayer(surfaces[0].name)] : [];
  return {
    arms: armMounts(
      robot,
      arms.map(({ jointPositionsRad }) => jointPositionsRad),
    ).map((mount, index) => ({
      ...mount,
      startHand: { widthM: arms[index].gripperWidthM, holding: arms[index].holding },
    })),
    fixtures,
    props: things.filter((thing) => !isPost(thing)).map((thing) => ({ ...bodyOf(thing), density: PLAUSIBLE_DENSITY })),
    ...(layers.length + blank.length === 0 ? {} : { marks: [...layers, ...blank] }),
    ...(surfaces.length === 0 ? {} : { forceOn: surfaces.map(({ name }) => name) }),
  };
}

/** Something so slender would fall over at a touch if it were not fastened. */
function isPost({ size: [x, y, z], heldBy }: PerceivedThing): boolean {
  return heldBy === undefined && z > POST_STRETCH * Math.max(x, y);
}

function bodyOf({ name, pose, size, solids, places }: PerceivedThing): Fixture {
  const bodyFromWorld = invert(pose);
  const inBody = (worldFromPart: Pose) => compose(bodyFromWorld, worldFromPart);
  return {
    name,
    pose,
    size,
    colorSrgb: solids[0].colorSrgb,
    friction: THING_FRICTION,
    parts: solids.map(
      ({ shape, pose: worldFromSolid, colorSrgb, place }): Part => ({
        shape,
        bodyFromPart: inBody(worldFromSolid),
        colorSrgb,
        ...(place === undefined ? {} : { feature: place }),
      }),
    ),
    features: places.map((place) => ({ name: place.name, bodyFromFeature: inBody(place.pose), size: place.size })),
  };
}

function layerOf({ name, on, diameterM, colorSrgb, points }: PerceivedMarks, ink: boolean): MarkLayer {
  return { name, kind: ink ? 'ink' : 'spill', on, diameterM, colorSrgb, points };
}

function blankLayer(on: string): MarkLayer {
  return { name: 'ink', kind: 'ink', on, diameterM: 0.004, colorSrgb: [0.1, 0.1, 0.1], points: [] };
}
