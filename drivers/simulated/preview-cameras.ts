// Owns the cameras of a preview: they answer with what the live cameras saw last for as long as nothing was touched, and
// then with a drawing of the preview's own world, which is a guess. Must never answer with a guess without saying so.

import type { TaskWorld } from '../../sim/tasks/task-world.ts';
import type { Cameras, Observation } from '../cameras/camera-port.ts';

/** A camera that moved by no more than this shows what it showed, metres. */
const SAME_PLACE_M = 0.002;

export interface PreviewCamerasPorts {
  /** What the live cameras saw last, one look per camera. */
  readonly live: readonly Observation[];
  /** Cameras in the preview's world. */
  readonly drawn: Cameras & { readonly poseOf: (camera: string) => Observation['worldFromCamera'] };
  readonly world: TaskWorld;
  /** Called for every look that is a guess. */
  readonly onPredicted: () => void;
}

export class PreviewCameras implements Cameras {
  readonly names: readonly string[];
  readonly #ports: PreviewCamerasPorts;
  #touched = false;

  constructor(ports: PreviewCamerasPorts) {
    this.#ports = ports;
    this.names = ports.drawn.names;
    const { world } = ports;
    const pairs = () => world.touching().map((pair) => [...pair].sort().join('|'));
    const atStart = new Set(pairs());
    const stopWatching = world.onTick(() => {
      // Arms go by the name of the part, as "left/left_finger/pad"; things have no slash in theirs.
      const isNew = pairs().some((pair) => pair.includes('/') && !atStart.has(pair));
      if (!isNew) return;
      this.#touched = true;
      stopWatching();
    });
  }

  /** Whether an arm has touched anything since the preview began: from then on the world may be another one. */
  get touched(): boolean {
    return this.#touched;
  }

  async look(camera: string, signal?: AbortSignal): Promise<Observation> {
    const { live, drawn, world, onPredicted } = this.#ports;
    const seen = live.find((look) => look.camera === camera);
    if (seen !== undefined && !this.#touched && isThere(drawn.poseOf(camera), seen.worldFromCamera)) {
      signal?.throwIfAborted();
      return { ...seen, timeS: world.timeS };
    }
    const guess = await drawn.look(camera, signal);
    onPredicted();
    return guess;
  }
}

function isThere(now: Observation['worldFromCamera'], then: Observation['worldFromCamera']): boolean {
  return [0, 1, 2].every((axis) => Math.abs(now.position[axis] - then.position[axis]) < SAME_PLACE_M);
}
