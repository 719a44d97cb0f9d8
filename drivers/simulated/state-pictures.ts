// Owns drawing a recorded state of a simulated cell through its own cameras: what was seen can be seen again, from every
// instant, though no picture of it was kept. Pictures have the light of the seed and no sensor noise. Looks only.

import type { Mujoco } from '../../sim/engine/physics.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import type { Observation } from '../cameras/camera-port.ts';
import { brightnessOf, lookThrough, type Mount, mountsOf } from './simulated-cameras.ts';

/** A state as it stands in an episode. */
export interface DrawnState {
  /** Generalised positions in the engine's order. */
  readonly qpos: readonly number[];
  readonly marks?: { readonly layers: readonly { readonly name: string; readonly points: readonly number[] }[] };
}

export class StatePictures {
  readonly cameras: readonly { readonly name: string; readonly width: number; readonly height: number }[];
  readonly #world: TaskWorld;
  readonly #mounts: readonly Mount[];
  readonly #brightness: number;

  /**
   * @param share of the cameras' width and height, in (0, 1]; sides come out even, as video needs them
   * @throws PhysicsError when the task's world cannot be built
   */
  constructor(mujoco: Mujoco, task: Task, seed: number, share = 1) {
    this.#world = new TaskWorld(mujoco, drawScene(task, seed));
    const even = (pixels: number) => Math.max(2, 2 * Math.round((pixels * share) / 2));
    this.#mounts = mountsOf(this.#world).map((mount) => ({
      ...mount,
      width: even(mount.width),
      height: even(mount.height),
    }));
    this.cameras = this.#mounts.map(({ name, width, height }) => ({ name, width, height }));
    this.#brightness = brightnessOf(task.sensors, seed);
  }

  /** @throws RangeError for a state of another world */
  show({ qpos, marks }: DrawnState): void {
    const world = this.#world;
    if (qpos.length !== world.physics.views.qpos.length) {
      throw new RangeError(
        `this state has ${qpos.length} coordinates, its task's world ${world.physics.views.qpos.length}: they do not belong together`,
      );
    }
    world.physics.views.qpos.set(qpos);
    world.physics.kinematics();
    if (marks === undefined) return;
    const state = world.marks.state();
    const pointsOf = (name: string, index: number) =>
      marks.layers.find((layer) => layer.name === name)?.points ?? state.layers[index];
    world.marks.restore({ ...state, layers: world.marks.layers.map(({ name }, index) => pointsOf(name, index)) });
  }

  /** Through one camera, as it stands with the state last shown. @throws RangeError for an unknown camera */
  look(camera: string): Omit<Observation, 'camera' | 'timeS'> {
    const mount = this.#mounts.find(({ name }) => name === camera);
    if (mount === undefined) throw new RangeError(`there is no camera "${camera}"`);
    return lookThrough(this.#world, mount, this.#brightness);
  }

  dispose(): void {
    this.#world.dispose();
  }
}
