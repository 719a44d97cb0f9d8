// Owns the proof that the engine gives its memory back: thousands of worlds made, reset and disposed of.

import { readTask } from '../../electron/session/installation.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { Physics } from '../../sim/engine/physics.ts';
import { sceneMjcf } from '../../sim/scenes/scene.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import type { Figure } from './figure.ts';

export async function measureResets(): Promise<Figure[]> {
  const mujoco = await loadMujoco();
  const { task } = readTask('cube-stack');
  const mjcf = sceneMjcf(drawScene(task, 0), 'physics');
  const physics = new Physics(mujoco, mjcf);
  const resetAndStep = (count: number) => {
    for (let i = 0; i < count; i++) {
      physics.reset();
      physics.step();
    }
  };
  const makeAndDispose = (count: number) => {
    for (let i = 0; i < count; i++) new Physics(mujoco, mjcf).dispose();
  };
  resetAndStep(500);
  makeAndDispose(50);
  const engineBytes = () => physics.views.qpos.buffer.byteLength;
  const before = { rss: process.memoryUsage().rss, engine: engineBytes() };
  const started = performance.now();
  resetAndStep(10_000);
  const resetUs = (performance.now() - started) / 10;
  makeAndDispose(1000);
  const grownMb = (process.memoryUsage().rss - before.rss) / 2 ** 20;
  const engineMb = (engineBytes() - before.engine) / 2 ** 20;
  physics.dispose();
  return [
    {
      what: 'engine memory grown over 10,000 resets and 1,000 models',
      value: engineMb,
      unit: 'MiB',
      budget: { kind: 'at most', value: 0 },
    },
    { what: 'process memory grown meanwhile', value: grownMb, unit: 'MiB', note: 'garbage collection makes this vary' },
    { what: 'one reset with one step', value: resetUs, unit: 'us' },
  ];
}
