import { describe, expect, test } from 'vitest';
import { SimulatedCameras } from '../../drivers/simulated/simulated-cameras.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import { perceiveObject } from '../../skills/perception/perceive-object.ts';
import { PixelDetector } from '../../skills/perception/pixel-detector.ts';
import { loadTask, mujoco } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

/** A look of the scene camera at a drawing task as it starts, sensor noise and the light of the seed included. */
async function lookAt(name: string, key: number) {
  const task = loadTask(name);
  const world = new TaskWorld(mujoco, drawScene(task, key));
  const observation = await new SimulatedCameras(world, task.sensors, key).look('scene');
  const areas = new Map(world.marks.layers.map((layer) => [layer.name, world.marks.area(layer.name)]));
  world.dispose();
  return { observation, areas };
}

describe('what is drawn on a board', () => {
  test.each([
    ['drawing-line-through', 'hexagon', ['hexagon', 'blue hexagon', 'drawing', 'blue ink']],
    ['drawing-erase', 'circle', ['circle', 'blue circle', 'blue drawing']],
    ['drawing-erase', 'square', ['square', 'green square', 'green drawing']],
    ['drawing-pyramid-on-ground', 'ground', ['ground', 'ground line', 'green line', 'line']],
  ])('%s: the %s is found by its words, right to 3 mm', async (task, mark, phrases) => {
    for (const key of [seed, seed + 1]) {
      const { observation, areas } = await lookAt(task, key);
      const truth = areas.get(mark);
      if (truth === undefined) throw new Error('this mark is there from the start');
      for (const phrase of phrases) {
        const { pose, extent } = await perceiveObject([observation], new PixelDetector(), phrase);
        for (const axis of [0, 1]) {
          expect(Math.abs(pose.position[axis] - truth.pose.position[axis]), `${phrase}, seed ${key}`).toBeLessThan(
            0.003,
          );
          // A pixel is 2.5 to 3.5 mm wide: the rim of the ink is lost on either side.
          expect(Math.abs(extent[axis] - truth.size[axis]), `${phrase}, seed ${key}`).toBeLessThan(0.009);
        }
      }
    }
  });

  test('is not taken for another form or another colour', async () => {
    const { observation } = await lookAt('drawing-erase', seed);
    for (const phrase of ['hexagon', 'triangle', 'red circle', 'blue hexagon']) {
      const answer = await new PixelDetector().segmentText(observation, phrase);
      expect(answer.kind, phrase).toBe('nothing');
      if (answer.kind === 'nothing') expect(answer.hint).toMatch(/blue circle.*green square|green square.*blue circle/);
    }
  });

  test('is nothing on an empty board: neither shadows nor edges are ink', async () => {
    for (const key of [seed, seed + 1, seed + 2]) {
      const { observation } = await lookAt('drawing-hexagon', key);
      const answer = await new PixelDetector().segmentText(observation, 'blue drawing');
      expect(answer.kind, `seed ${key}`).toBe('nothing');
    }
  });
});
