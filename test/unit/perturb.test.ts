import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createRandomStream } from '../../sim/random.ts';
import { goalReferences } from '../../sim/tasks/goal.ts';
import { holds } from '../../sim/tasks/judge.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { PERTURBATION_KINDS, PerturbationError, perturbTask } from '../../sim/tasks/perturb.ts';
import { TASK_FAMILIES } from '../../sim/tasks/task-families.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import { rearrangementProblem } from '../../skills/experts/rearrangement.ts';
import { loadTask, mujoco } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const ALL_NAMES = readdirSync(new URL('../../sim/tasks/', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(entry.parentPath, entry.name, 'task.yaml')))
  .map(({ name }) => name);
/** The tasks that one expert rearranges: those and the others are told apart by their goals. */
const NAMES = ALL_NAMES.filter((name) => rearrangementProblem(loadTask(name)) === undefined);
const SEEDS = Array.from({ length: 5 }, (_, k) => seed + k);
const dominant = (color: readonly number[]) => color.indexOf(Math.max(...color));

describe.each(NAMES)('%s', (name) => {
  const task = loadTask(name);

  test.each(PERTURBATION_KINDS)('under a change of %s is a whole task, the same for the same seed', (kind) => {
    const texts = new Set<string>();
    for (const key of SEEDS) {
      const changed = perturbTask(task, kind, key);
      expect(changed).toEqual(perturbTask(task, kind, key));
      expect(changed).not.toEqual(task);
      const text = stringify(changed);
      expect(parseTask(text, `${name} ${kind}`)).toEqual(changed);
      expect(drawScene(changed, key).props.length).toBeGreaterThanOrEqual(task.world.props.length);
      texts.add(text);
    }
    if (kind !== 'task' && kind !== 'semantic') expect(texts.size).toBeGreaterThan(2);
    expect(task).toEqual(loadTask(name));
  });

  test('keeps its goal and its words where only the scene changes', () => {
    for (const kind of ['position', 'object', 'environment'] as const) {
      const { goal, instruction } = perturbTask(task, kind, seed);
      expect({ goal, instruction }).toEqual({ goal: task.goal, instruction: task.instruction });
    }
    const { instruction, ...semantic } = perturbTask(task, 'semantic', seed);
    const { instruction: _before, ...before } = task;
    expect(semantic).toEqual(before);
    expect(task.rewordings).toContain(instruction);
    const { instruction: said, goal, ...other } = perturbTask(task, 'task', seed);
    expect(task.variants).toContainEqual({ instruction: said, goal });
    expect(other.world).toEqual(task.world);
  });

  test('has its things elsewhere under a change of position, at the same seed', () => {
    for (const key of SEEDS) {
      const [before, after] = [task, perturbTask(task, 'position', key)].map((one) => drawScene(one, key).props);
      const moved = before.filter((prop, index) => {
        const [x, y] = after[index].pose.position;
        return Math.hypot(x - prop.pose.position[0], y - prop.pose.position[1]) > 0.015;
      });
      expect(moved.length).toBeGreaterThan(0);
    }
  });

  test('keeps names, hues and the order of sizes under a change of its things', () => {
    for (const key of SEEDS) {
      const { props } = perturbTask(task, 'object', key).world;
      expect(props.map((prop) => prop.name)).toEqual(task.world.props.map((prop) => prop.name));
      props.forEach((prop, index) => {
        const before = task.world.props[index];
        expect(prop.color).not.toEqual(before.color);
        if (/\b(red|green|blue)\b/.test(prop.name)) expect(dominant(prop.color)).toBe(dominant(before.color));
      });
    }
  });

  test('is not solved from the start by what was changed', () => {
    for (const kind of ['position', 'object', 'task'] as const) {
      let solved = 0;
      for (const key of SEEDS.slice(0, 2)) {
        const changed = perturbTask(task, kind, key);
        const world = new TaskWorld(mujoco, drawScene(changed, key));
        if (holds(world, changed.goal)) solved += 1;
        world.dispose();
      }
      expect(solved, kind).toBeLessThan(2);
    }
  });
});

describe('a change of things', () => {
  test.each(['cube-stack', 'pyramid', 'unstack', 'tower-of-four', 'line-up'])(
    'alters the sizes of %s by 15 to 25 %',
    (name) => {
      const task = loadTask(name);
      const both = new Set<boolean>();
      for (let key = seed; key < seed + 30; key++) {
        const { props } = perturbTask(task, 'object', key).world;
        props.forEach(({ size }, index) => {
          const before = task.world.props[index].size;
          if ('min' in size || 'min' in before) throw new Error('these tasks have fixed sizes');
          for (let axis = 0; axis < 3; axis++) {
            const share = size[axis] / before[axis];
            expect(Math.abs(share - 1)).toBeGreaterThan(0.12);
            expect(Math.abs(share - 1)).toBeLessThan(0.285);
            both.add(share > 1);
          }
          expect(Math.min(size[0], size[1])).toBeLessThanOrEqual(0.0701);
        });
      }
      expect(both.size).toBe(2);
    },
  );
});

describe('a change of surroundings', () => {
  test('adds things that no goal speaks of, free of everything else', () => {
    const random = createRandomStream(seed, 'surroundings');
    for (const name of NAMES) {
      const task = loadTask(name);
      // Room is promised for the seed of the change and no other.
      const key = random.integer(1e6);
      const changed = perturbTask(task, 'environment', key);
      const known = new Set(task.world.props.map((prop) => prop.name));
      const added = changed.world.props.filter((prop) => !known.has(prop.name)).map((prop) => prop.name);
      expect(added.length).toBeGreaterThan(0);
      expect(goalReferences(changed.goal).filter(({ name: one }) => added.includes(one))).toEqual([]);
      const world = new TaskWorld(mujoco, drawScene(changed, key));
      const table = task.world.fixtures.reduce((a, b) => (b.size[0] * b.size[1] > a.size[0] * a.size[1] ? b : a)).name;
      for (const one of added) {
        const touched = world
          .touching()
          .filter((pair) => pair.includes(one))
          .flat();
        expect(new Set(touched)).toEqual(new Set([one, table]));
      }
      world.dispose();
    }
  });
});

/** Changes that make no sense for a task, each with the words that say why. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'cart-pole position': /nothing that could stand elsewhere/,
  'cart-pole object': /no props whose sizes could change/,
  'impedance-press position': /is a point that its instruction names/,
  'impedance-press object': /no props whose sizes could change/,
};

describe('every other task', () => {
  const others = ALL_NAMES.filter((one) => !NAMES.includes(one)).map(loadTask);
  const drawn = TASK_FAMILIES.map((family) => family.draw(seed));

  test.each(PERTURBATION_KINDS)('opens under a change of %s, or says why not', (kind) => {
    for (const task of [...others, ...drawn]) {
      const why = REFUSED[`${task.name} ${kind}`];
      for (const key of [seed, seed + 1]) {
        if (why !== undefined) {
          expect(() => perturbTask(task, kind, key)).toThrow(PerturbationError);
          expect(() => perturbTask(task, kind, key)).toThrow(why);
          continue;
        }
        const changed = perturbTask(task, kind, key);
        expect(changed, task.name).not.toEqual(task);
        expect(parseTask(stringify(changed), task.name)).toEqual(changed);
        expect(drawScene(changed, key).fixtures.length).toBe(task.world.fixtures.length);
      }
    }
  });

  test('has what is drawn and spilled elsewhere under a change of position', () => {
    for (const task of others.filter(({ world }) =>
      world.marks.some((mark) => mark.kind === 'spill' || mark.lines[0]),
    )) {
      const [before, after] = [task, perturbTask(task, 'position', seed)].map(
        (one) => drawScene(one, seed).marks ?? [],
      );
      before.forEach(({ points }, layer) => {
        if (points.length === 0) return;
        const [[x, y], [toX, toY]] = [points[0], after[layer].points[0]];
        expect(Math.hypot(toX - x, toY - y), task.name).toBeGreaterThan(0.015);
      });
    }
  });
});

describe('a task without what a change needs', () => {
  const lift = loadTask('cube-lift');
  test.each([
    ['task', { ...lift, variants: [] }, /has no variants: add `variants` to its file/],
    ['semantic', { ...lift, rewordings: [] }, /has no rewordings: add `rewordings` to its file/],
    [
      'position',
      { ...lift, layout: [{ ...lift.layout[0], x: [0.16, 0.96], y: [-0.4, 0.4] }] },
      /nowhere to shift it to; narrow the ranges/,
    ],
    ['object', { ...lift, world: { ...lift.world, props: [] }, layout: [] }, /no props whose sizes could change/],
  ] as const)('%s says what to add', (kind, task, words) => {
    expect(() => perturbTask(task as unknown as Task, kind, seed)).toThrow(PerturbationError);
    expect(() => perturbTask(task as unknown as Task, kind, seed)).toThrow(words);
  });
});
