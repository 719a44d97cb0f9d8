// Owns the cameras of a simulated cell: where they are mounted, and looks through them with the light and the sensor
// noise of the seed. Every look is drawn anew from the world as it is. Must never hand out what a real camera could not
// see: no names, no instance ids, no poses but its own.

import { intrinsicsFromFov, lookAt } from '../../sim/cameras/camera-model.ts';
import { renderScene } from '../../sim/cameras/scene-view.ts';
import { addSensorNoise, TYPICAL_SENSOR } from '../../sim/cameras/sensor-noise.ts';
import { STUDIO_LIGHTING, scaleLighting } from '../../sim/cameras/shading.ts';
import { createRandomStream } from '../../sim/random.ts';
import { compose, type Pose, quatFromMat3, type Vec3 } from '../../sim/spatial.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';
import type { Cameras, Observation } from '../cameras/camera-port.ts';
import { nextTurn } from './pacer.ts';
import { worldView } from './world-view.ts';

/** A camera and what it is fixed to. */
export interface Mount {
  readonly name: string;
  /** Body the camera is fixed to; the world when left out. */
  readonly body?: string;
  readonly bodyFromCamera: Pose;
  readonly width: number;
  readonly height: number;
  readonly verticalFovRad: number;
}

/** On the hand, 35 mm in front of its shell, looking along the fingers. Image right is the hand's y axis. */
const HAND_FROM_CAMERA: Pose = {
  position: [0.068, 0, 0.02],
  quatWxyz: quatFromMat3([0, -1, 0, 1, 0, 0, 0, 0, 1]),
};
/** 75 degrees, as CaP-X's wrist camera. */
const WRIST_FOV_RAD = 1.309;
/** 45 degrees, as CaP-X's scene cameras. */
const SCENE_FOV_RAD = 0.7854;
/** One arm: in front of the table, looking back at the arm. */
const FRONT_EYE: Vec3 = [1.25, 0, 0.75];
const FRONT_TARGET: Vec3 = [0.55, 0, -0.1];
/** Two arms face each other: the camera looks from the side, over the middle between them. */
const SIDE_EYE_Y = -1.5;
const SIDE_EYE_Z = 1.588;

/** The cameras of a cell: the scene camera first, then one on each hand. */
export function mountsOf(world: TaskWorld): readonly Mount[] {
  const { arms } = world.scene;
  const middle = arms.length === 2 ? arms[1].worldFromBase.position[0] / 2 : 0;
  const scene: Mount = {
    name: 'scene',
    bodyFromCamera:
      arms.length === 2 ? lookAt([middle, SIDE_EYE_Y, SIDE_EYE_Z], [middle, 0, -0.1]) : lookAt(FRONT_EYE, FRONT_TARGET),
    width: 480,
    height: 360,
    verticalFovRad: SCENE_FOV_RAD,
  };
  const wrists = arms.map(
    ({ side }): Mount => ({
      name: side === 'left' ? 'wrist' : 'right wrist',
      body: `${side}/hand`,
      bodyFromCamera: HAND_FROM_CAMERA,
      width: 320,
      height: 240,
      verticalFovRad: WRIST_FOV_RAD,
    }),
  );
  return [scene, ...wrists];
}

/** Who looks: the running program, or whoever writes the next one. */
export type Audience = 'programs' | 'writer' | 'preview';

const NOISE_NAMES = {
  programs: 'sensor noise of look',
  writer: 'sensor noise of picture',
  preview: 'sensor noise of survey',
} as const;

export class SimulatedCameras implements Cameras {
  readonly names: readonly string[];
  readonly #world: TaskWorld;
  readonly #mounts: readonly Mount[];
  readonly #seed: number;
  readonly #sensors: Task['sensors'];
  readonly #brightness: number;
  readonly #audience: Audience;
  #looks = 0;

  /**
   * @param seed of the trial: it decides the light and the noise
   * @param audience each has noise of its own: who else looks changes nothing of what a program sees
   */
  constructor(world: TaskWorld, sensors: Task['sensors'], seed: number, audience: Audience = 'programs') {
    this.#world = world;
    this.#mounts = mountsOf(world);
    this.names = this.#mounts.map(({ name }) => name);
    this.#sensors = sensors;
    this.#seed = seed;
    this.#audience = audience;
    this.#brightness = brightnessOf(sensors, seed);
  }

  async look(camera: string, signal?: AbortSignal): Promise<Observation> {
    const mount = this.#mountOf(camera);
    // Drawing takes a while: stops and beats come first.
    await nextTurn();
    signal?.throwIfAborted();
    const { worldFromCamera, ...picture } = lookThrough(this.#world, mount, this.#brightness);
    const look = this.#looks++;
    const random = createRandomStream(this.#seed, `${NOISE_NAMES[this.#audience]} ${look}`);
    const seen = this.#sensors.noise === 'off' ? picture : addSensorNoise(picture, random, TYPICAL_SENSOR);
    return { camera, ...seen, worldFromCamera, timeS: this.#world.timeS };
  }

  /** Where a camera stands now. @throws RangeError for a camera that does not exist */
  poseOf(camera: string): Pose {
    return poseOf(this.#world, this.#mountOf(camera));
  }

  #mountOf(camera: string): Mount {
    const mount = this.#mounts.find(({ name }) => name === camera);
    if (mount !== undefined) return mount;
    throw new RangeError(`there is no camera "${camera}"; there are: ${this.names.join(', ')}`);
  }
}

/** Brightness of the light in the cell of a seed, as a factor. */
export function brightnessOf({ light }: Task['sensors'], seed: number): number {
  return createRandomStream(seed, 'light of the cell').uniform(light[0], light[1]);
}

/** What a mount's camera meets now, without any noise. */
export function lookThrough(world: TaskWorld, mount: Mount, brightness: number): Omit<Observation, 'camera' | 'timeS'> {
  const { width, height, verticalFovRad } = mount;
  const worldFromCamera = poseOf(world, mount);
  const { colorSrgb, depthM } = renderScene(worldView(world), {
    width,
    height,
    verticalFovRad,
    worldFromCamera,
    shadows: 'on',
    lighting: scaleLighting(STUDIO_LIGHTING, brightness),
  });
  const intrinsics = intrinsicsFromFov(width, height, verticalFovRad);
  return { width, height, colorSrgb, depthM, intrinsics, worldFromCamera };
}

function poseOf(world: TaskWorld, { body, bodyFromCamera }: Mount): Pose {
  if (body === undefined) return bodyFromCamera;
  const pose = world.bodyPoses().find(({ name }) => name === body)?.pose;
  if (pose === undefined) throw new RangeError(`no body "${body}" carries a camera`);
  return compose(pose, bodyFromCamera);
}
