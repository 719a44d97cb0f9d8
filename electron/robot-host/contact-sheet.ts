// Owns one picture of several worlds side by side, for people who write tasks. Looks only.

import { encodePng } from '../../sim/cameras/png.ts';
import type { Mujoco } from '../../sim/engine/physics.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import { sceneImage } from './picture.ts';

/** Pixels of one world; cheap settings: it is a sketch, not a photograph. */
const [WIDTH, HEIGHT] = [400, 300];
const SETTINGS = { shadows: 'on', samplesPerPixel: 4 } as const;
const MOST_COLUMNS = 3;
/** Light line between two worlds, pixels. */
const SEAM = 2;
const SEAM_LEVEL = 255;

/** PNG of the worlds as the trials would start, row by row. @throws LayoutError, PhysicsError */
export function contactSheet(
  mujoco: Mujoco,
  shown: readonly { readonly task: Task; readonly seed: number }[],
): Uint8Array {
  const columns = Math.min(shown.length, MOST_COLUMNS);
  const rows = Math.ceil(shown.length / columns);
  const width = columns * WIDTH + (columns - 1) * SEAM;
  const height = rows * HEIGHT + (rows - 1) * SEAM;
  const data = new Uint8Array(width * height * 3).fill(SEAM_LEVEL);
  shown.forEach(({ task, seed }, index) => {
    const world = new TaskWorld(mujoco, drawScene(task, seed));
    try {
      const { colorSrgb } = sceneImage(world, { width: WIDTH, height: HEIGHT, ...SETTINGS });
      const left = (index % columns) * (WIDTH + SEAM);
      const top = Math.floor(index / columns) * (HEIGHT + SEAM);
      for (let v = 0; v < HEIGHT; v++) {
        data.set(colorSrgb.subarray(v * WIDTH * 3, (v + 1) * WIDTH * 3), ((top + v) * width + left) * 3);
      }
    } finally {
      world.dispose();
    }
  });
  return encodePng({ kind: 'rgb8', width, height, data });
}
