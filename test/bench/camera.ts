// Owns the figure of the camera: an RGB-D image of the arm, the table and the cubes, shadows on.

import { sceneImage } from '../../electron/robot-host/picture.ts';
import { readTask } from '../../electron/session/installation.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import { type Figure, median } from './figure.ts';

export async function measureCamera(): Promise<Figure[]> {
  const world = new TaskWorld(await loadMujoco(), drawScene(readTask('cube-stack').task, 0));
  try {
    const take = () => {
      const started = performance.now();
      sceneImage(world, { width: 256, height: 256, shadows: 'on', samplesPerPixel: 1 });
      return performance.now() - started;
    };
    take();
    const times = Array.from({ length: 15 }, take);
    return [
      {
        what: '256 x 256 RGB-D with shadows, one core',
        value: median(times),
        unit: 'ms',
        budget: { kind: 'at most', value: 40 },
      },
    ];
  } finally {
    world.dispose();
  }
}
