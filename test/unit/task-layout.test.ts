import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { distance, mat3FromQuat, quatConjugate, quatMultiply } from '../../sim/spatial.ts';
import { drawScene, LayoutError } from '../../sim/tasks/layout.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import { loadTask, mujoco, TASK_NAMES } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const TABLE_TOP_M = -0.112;

/** SHA-256 of everything that is drawn. */
function digest(task: string, key: number): string {
  return createHash('sha256')
    .update(JSON.stringify(drawScene(loadTask(task), key)))
    .digest('hex');
}

/** What seed 0 gives on every machine. A change here changes every recorded trial: raise the task's version. */
const PINNED: Readonly<Record<(typeof TASK_NAMES)[number], string>> = {
  'cube-lift': 'b48d8d7f63d3eee1410b163348d6dc7e7b5fb4c375ac9c68e335b648a3ab1dc9',
  'cube-stack': 'd3195a6774576e2cee14f8a7d37f04d6c613b26d7e783efee635bdeaa55989e1',
  'cube-restack': 'de90c30d826008437b18201d09d5a90f31b8fe56292568ad68677a020400e179',
};

const yawOf = (quat: readonly number[]) => {
  const m = mat3FromQuat(quat as [number, number, number, number]);
  return Math.atan2(m[3], m[0]);
};

describe('the layout of a task', () => {
  test.each(TASK_NAMES)('of %s for seed 0 is pinned', (name) => {
    expect(digest(name, 0)).toBe(PINNED[name]);
  });

  test.each(TASK_NAMES)('of %s is the same for the same seed and another for another', (name) => {
    const digests = new Set<string>();
    for (let k = 0; k < 200; k++) {
      expect(digest(name, seed + k)).toBe(digest(name, seed + k));
      digests.add(digest(name, seed + k));
    }
    expect(digests.size).toBe(200);
  });

  test("one task's draws do not follow another's", () => {
    const [lift, stack] = ['cube-lift', 'cube-stack'].map((name) => drawScene(loadTask(name), seed));
    expect(lift.arms[0].startJointsRad).not.toEqual(stack.arms[0].startJointsRad);
  });

  test.each(TASK_NAMES)('of %s stays inside the ranges of the file, and fills them', (name) => {
    const task = loadTask(name);
    const seen = new Map<string, { x: number[]; y: number[]; yaw: number[] }>();
    for (let k = 0; k < 400; k++) {
      const { props, arms } = drawScene(task, seed + k);
      for (const { place, on, x, y } of task.layout) {
        const prop = props.find((one) => one.name === place);
        if (prop === undefined || x === undefined || y === undefined) throw new Error('not placed');
        const below = props.find((one) => one.name === on);
        const lists = seen.get(place) ?? { x: [], y: [], yaw: [] };
        seen.set(place, lists);
        if (below === undefined) {
          lists.x.push(prop.pose.position[0]);
          lists.y.push(prop.pose.position[1]);
          expect(prop.pose.position[2]).toBeCloseTo(TABLE_TOP_M + prop.size[2] / 2 + 0.0005, 12);
        } else {
          expect(prop.pose.position[2] - below.pose.position[2]).toBeCloseTo(
            (prop.size[2] + below.size[2]) / 2 + 0.0005,
            12,
          );
          expect(distance(prop.pose.position, below.pose.position)).toBeLessThan(0.045);
        }
        lists.yaw.push(yawOf(prop.pose.quatWxyz));
        if (x[1] > x[0] && below === undefined) {
          expect(prop.pose.position[0]).toBeGreaterThanOrEqual(x[0]);
          expect(prop.pose.position[0]).toBeLessThanOrEqual(x[1]);
          expect(prop.pose.position[1]).toBeGreaterThanOrEqual(y[0]);
          expect(prop.pose.position[1]).toBeLessThanOrEqual(y[1]);
        }
      }
      const { minRad, maxRad } = PANDA_JOINT_LIMITS;
      arms[0].startJointsRad.forEach((angle, j) => {
        expect(Math.abs(angle - task.robot.startJointsRad[j])).toBeLessThan(6 * 0.02);
        expect(angle).toBeGreaterThanOrEqual(minRad[j] + 0.1);
        expect(angle).toBeLessThanOrEqual(maxRad[j] - 0.1);
      });
    }
    const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
    for (const { place, on, x, y } of task.layout) {
      if (on !== 'table' || x === undefined || y === undefined) continue;
      const lists = seen.get(place);
      expect(spread(lists?.x ?? [])).toBeGreaterThan(0.9 * (x[1] - x[0]));
      expect(spread(lists?.y ?? [])).toBeGreaterThan(0.9 * (y[1] - y[0]));
      expect(spread(lists?.yaw ?? [])).toBeGreaterThan(0.9 * 2 * Math.PI);
    }
  });

  test('sizes are drawn from their range', () => {
    const sides = Array.from(
      { length: 300 },
      (_, k) => drawScene(loadTask('cube-lift'), seed + k).props[0].size,
    ).flat();
    expect(Math.min(...sides)).toBeGreaterThanOrEqual(0.04);
    expect(Math.max(...sides)).toBeLessThanOrEqual(0.044);
    expect(Math.max(...sides) - Math.min(...sides)).toBeGreaterThan(0.0035);
  });

  test('what stands on something turns with it', () => {
    for (let k = 0; k < 50; k++) {
      const { props } = drawScene(loadTask('cube-restack'), seed + k);
      const [red, green] = ['red cube', 'green cube'].map((name) => props.find((one) => one.name === name)?.pose);
      if (red === undefined || green === undefined) throw new Error('not placed');
      const relative = quatMultiply(quatConjugate(red.quatWxyz), green.quatWxyz);
      expect(Math.abs(relative[0])).toBeCloseTo(1, 9);
      const m = mat3FromQuat(red.quatWxyz);
      expect(green.position[0] - red.position[0]).toBeCloseTo(-0.01 * m[0], 9);
      expect(green.position[1] - red.position[1]).toBeCloseTo(-0.01 * m[3], 9);
    }
  });

  test('two cubes on one table leave room between them', () => {
    for (let k = 0; k < 400; k++) {
      const [red, green] = drawScene(loadTask('cube-stack'), seed + k).props;
      const apart = Math.hypot(
        red.pose.position[0] - green.pose.position[0],
        red.pose.position[1] - green.pose.position[1],
      );
      expect(apart).toBeGreaterThan((Math.SQRT2 * (0.04 + 0.05)) / 2 + 0.01 - 1e-9);
    }
  });

  test('a table too full is an error that names the thing without a place', () => {
    const task = loadTask('cube-stack');
    const crowded: Task = {
      ...task,
      layout: task.layout.map((placement) => ({ ...placement, x: [0.5, 0.51], y: [0, 0.01] })),
    };
    expect(() => drawScene(crowded, 0)).toThrow(LayoutError);
    expect(() => drawScene(crowded, 0)).toThrow(/no free place for "green cube" in task cube-stack, seed 0/);
  });

  test.each(TASK_NAMES)('of %s stands: nothing falls over, sinks in or is touched by the arm at the start', (name) => {
    for (let k = 0; k < 12; k++) {
      const scene = drawScene(loadTask(name), seed + k);
      const world = new TaskWorld(mujoco, scene);
      expect(world.propsRest).toBe(true);
      for (const { name: prop, pose } of scene.props) {
        expect(distance(world.prop(prop)?.pose.position ?? [9, 9, 9], pose.position)).toBeLessThan(0.002);
      }
      expect(world.touching().filter((pair) => pair.some((one) => one.includes('/')))).toEqual([]);
      expect(world.timeS).toBe(0);
      world.dispose();
    }
  });
});
