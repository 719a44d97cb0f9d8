// What a look around a cell finds is what stands there, and nothing of the robot.

import { describe, expect, it } from 'vitest';
import { perceived, withLiveCell } from './perceived-stand.ts';
import { loadTask } from './sim-drive.ts';

describe('a survey of two cubes on a table', () => {
  // In these worlds the stand of the arm, seen over the edge of the table, was once taken for a gray peg.
  it.each([682, 689])('finds the two cubes where they are, and nothing else (world %i)', async (seed) => {
    await withLiveCell(loadTask('cube-stack'), seed, 'S3', async (cell) => {
      const { things } = (await perceived(cell)).perceived;
      expect(things.map(({ name }) => name).sort()).toEqual(['green cube', 'red cube']);
      for (const { name, pose, size } of things) {
        const truth = cell.world.prop(name);
        if (truth === undefined) throw new Error(`the world has no ${name}`);
        for (const axis of [0, 1, 2]) {
          expect(Math.abs(pose.position[axis] - truth.pose.position[axis])).toBeLessThan(0.004);
          expect(Math.abs(size[axis] - truth.size[axis])).toBeLessThan(0.005);
        }
      }
    });
  });
});
