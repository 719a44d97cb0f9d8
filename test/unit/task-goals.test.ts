import { afterEach, describe, expect, test } from 'vitest';
import type { Prop, Scene } from '../../sim/scenes/scene.ts';
import { SHAPES } from '../../sim/scenes/shapes/registry.ts';
import { NO_ROTATION, type Pose, type Quat, quatFromAxisAngle, type Vec3 } from '../../sim/spatial.ts';
import type { Goal } from '../../sim/tasks/goal.ts';
import { holds, judge } from '../../sim/tasks/judge.ts';
import { Drive } from './sim-drive.ts';
import { blockAt, boxAt, TABLE_TOP_M, tableWith } from './sim-scenes.ts';

const open: Drive[] = [];
function drive(scene: Scene): Drive {
  const made = new Drive(scene);
  open.push(made);
  return made;
}
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

function container(name: string, shape: 'bowl' | 'tray', at: readonly [number, number], size: Vec3): Prop {
  const body = boxAt(name, at, size);
  const { parts, cavity } = SHAPES[shape].build(size);
  return { ...body, parts: parts.map((part) => ({ ...part, colorSrgb: body.colorSrgb })), cavity };
}

const onTable = (x: number, y: number, heightM = 0.04): Vec3 => [x, y, TABLE_TOP_M + heightM / 2 + 0.0005];
const at = (position: Vec3, quatWxyz: Quat = NO_ROTATION): Pose => ({ position, quatWxyz });
/** Settled, and the goal holds throughout. */
const achieved = (here: Drive, goal: Goal) => judge(here.world, goal).success;

describe('inside', () => {
  const goal: Goal = { inside: { object: 'cube', container: 'bowl' } };
  const scene = () =>
    drive(tableWith(container('bowl', 'bowl', [0.55, 0], [0.14, 0.14, 0.05]), boxAt('cube', [0.4, 0.2])));

  test('holds for a cube that lies in a bowl, also a tilted one', () => {
    const here = scene();
    expect(achieved(here, goal)).toBe(false);
    here.teleport('cube', at([0.565, 0.01, TABLE_TOP_M + 0.06], quatFromAxisAngle([1, 0.3, 0], 0.4)));
    expect(achieved(here, goal)).toBe(true);
  });

  test('does not hold for a cube beside the bowl, within the square around its rim', () => {
    const here = scene();
    here.teleport('cube', at(onTable(0.55 + 0.062, 0.062)));
    expect(achieved(here, goal)).toBe(false);
  });

  test('does not hold for a cube on top of another one, over the rim', () => {
    const here = drive(
      tableWith(
        container('bowl', 'bowl', [0.55, 0], [0.14, 0.14, 0.05]),
        boxAt('other', [0.4, 0.2]),
        boxAt('cube', [0.4, -0.2]),
      ),
    );
    here.teleport('other', at([0.55, 0, TABLE_TOP_M + 0.026]));
    here.teleport('cube', at([0.55, 0, TABLE_TOP_M + 0.0665]));
    expect(achieved(here, { inside: { object: 'other', container: 'bowl' } })).toBe(true);
    expect(achieved(here, goal)).toBe(false);
  });

  test('does not hold under a bowl that is upside down', () => {
    const here = scene();
    here.teleport('cube', at(onTable(0.4, -0.2)));
    here.teleport('bowl', at([0.4, -0.2, TABLE_TOP_M + 0.03], quatFromAxisAngle([1, 0, 0], Math.PI)));
    expect(holds(here.world, goal)).toBe(false);
  });

  test('does not hold for a cube thrown through the bowl', () => {
    const here = scene();
    here.teleport('cube', at([0.55, 0, TABLE_TOP_M + 0.035]), [0.6, 0, 2, 0, 0, 0]);
    expect(achieved(here, goal)).toBe(false);
  });

  test('holds in a corner of a tray, and not on its rim', () => {
    const here = drive(tableWith(container('bowl', 'tray', [0.55, 0], [0.2, 0.16, 0.04]), boxAt('cube', [0.4, 0.2])));
    here.teleport('cube', at([0.55 + 0.07, 0.05, TABLE_TOP_M + 0.026]));
    expect(achieved(here, goal)).toBe(true);
    here.teleport('cube', at([0.55 + 0.098, 0, TABLE_TOP_M + 0.061]));
    expect(holds(here.world, goal)).toBe(false);
  });
});

describe('across', () => {
  const goal: Goal = { across: { object: 'plank', supports: ['left', 'right'] } };
  const scene = () =>
    drive(
      tableWith(
        boxAt('left', [0.5, -0.05]),
        boxAt('right', [0.5, 0.05]),
        boxAt('plank', [0.35, 0.25], [0.04, 0.16, 0.02]),
      ),
    );
  const over = (y: number): Vec3 => [0.5, y, TABLE_TOP_M + 0.0515];

  test('holds for a plank on both blocks', () => {
    const here = scene();
    expect(achieved(here, goal)).toBe(false);
    here.teleport('plank', at(over(0)));
    expect(achieved(here, goal)).toBe(true);
  });

  test('does not hold for a plank on one block, between both, or leaning on them', () => {
    const balanced = scene();
    balanced.teleport('plank', at(over(-0.1)));
    expect(achieved(balanced, goal)).toBe(false);
    const leaning = scene();
    leaning.teleport('plank', at([0.455, 0, TABLE_TOP_M + 0.045], quatFromAxisAngle([0, 1, 0], -1)));
    expect(achieved(leaning, goal)).toBe(false);
  });
});

describe('on', () => {
  const goal: Goal = { on: { object: 'cube', support: 'mat' } };

  test('a mat holds for a cube on it, and not for one beside it or half over its edge', () => {
    const here = drive(tableWith(blockAt('mat', [0.55, 0], [0.12, 0.12, 0.002]), boxAt('cube', [0.4, 0.2])));
    here.teleport('cube', at([0.55, 0.03, TABLE_TOP_M + 0.0225]));
    expect(achieved(here, goal)).toBe(true);
    expect(holds(here.world, { on: { object: 'cube', support: 'table' } })).toBe(false);
    here.teleport('cube', at(onTable(0.55, 0.085)));
    expect(achieved(here, goal)).toBe(false);
  });

  test('does not hold through a third thing, or on the wrong one of two', () => {
    const here = drive(tableWith(boxAt('mat', [0.5, 0]), boxAt('middle', [0.4, 0.2]), boxAt('cube', [0.4, -0.2])));
    here.teleport('middle', at([0.5, 0, TABLE_TOP_M + 0.0615]));
    here.teleport('cube', at([0.5, 0, TABLE_TOP_M + 0.102]));
    expect(achieved(here, { on: { object: 'cube', support: 'middle' } })).toBe(true);
    expect(holds(here.world, goal)).toBe(false);
    expect(holds(here.world, { on: { object: 'mat', support: 'middle' } })).toBe(false);
  });

  test('does not hold for a cube that the hand keeps against the top', async () => {
    const here = drive(tableWith(boxAt('mat', [0.55, 0.1], [0.05, 0.05, 0.05]), boxAt('cube', [0.5, -0.1])));
    const pose = await here.grasp('cube');
    await here.go({ ...pose, position: [0.5, -0.1, TABLE_TOP_M + 0.2] });
    expect(holds(here.world, goal)).toBe(false);
    expect(holds(here.world, { held: { object: 'cube' } })).toBe(true);
    expect(holds(here.world, { held: { object: 'cube', arm: 'right' } })).toBe(false);
    expect(holds(here.world, { released: { object: 'cube' } })).toBe(false);
    expect(holds(here.world, { released: { object: 'mat' } })).toBe(true);
  });
});

describe('places on the table', () => {
  const scene = () => drive(tableWith(boxAt('a', [0.5, -0.1]), boxAt('b', [0.5, 0]), boxAt('c', [0.5, 0.1])));

  test.each<[string, Goal, boolean]>([
    ['within its range', { within: { object: 'a', x: [0.45, 0.55], y: [-0.2, 0] } }, true],
    ['within but for its height', { within: { object: 'a', z: [0, 1] } }, false],
    ['outside of its range', { within: { object: 'a', y: [0, 0.3] } }, false],
    ['near a thing', { near: { object: 'a', to: 'b', withinM: 0.11 } }, true],
    ['not near enough to a thing', { near: { object: 'a', to: 'c', withinM: 0.19 } }, false],
    ['near a spot', { near: { object: 'b', to: [0.51, 0.01], withinM: 0.02 } }, true],
    ['not near enough to a spot', { near: { object: 'b', to: [0.6, 0], withinM: 0.05 } }, false],
    ['in a row', { aligned: { objects: ['a', 'b', 'c'], toleranceM: 0.005 } }, true],
    ['in a row along y', { aligned: { objects: ['a', 'b', 'c'], toleranceM: 0.005, direction: 'y' } }, true],
    [
      'in a row that does not run along x',
      { aligned: { objects: ['a', 'b', 'c'], toleranceM: 0.005, direction: 'x' } },
      false,
    ],
    [
      'in a row that is no diagonal',
      { aligned: { objects: ['a', 'c'], toleranceM: 0.005, direction: 'diagonal' } },
      false,
    ],
    ['apart', { apart: { objects: ['a', 'b', 'c'], atLeastM: 0.09 } }, true],
    ['not all far enough apart', { apart: { objects: ['a', 'c', 'b'], atLeastM: 0.15 } }, false],
    ['upright', { upright: { object: 'a', axis: 'z', withinRad: 0.1 } }, true],
    ['not upright by another axis', { upright: { object: 'a', axis: 'x', withinRad: 0.1 } }, false],
    [
      'one of two',
      { any: [{ within: { object: 'a', z: [0, 1] } }, { upright: { object: 'a', axis: 'z', withinRad: 0.1 } }] },
      true,
    ],
    ['not what is not so', { not: { near: { object: 'a', to: 'c', withinM: 0.19 } } }, true],
    [
      'both, if both are so',
      {
        all: [
          { near: { object: 'a', to: 'b', withinM: 0.11 } },
          { not: { near: { object: 'a', to: 'b', withinM: 0.11 } } },
        ],
      },
      false,
    ],
    ['a thing that is not there', { near: { object: 'd', to: 'a', withinM: 1 } }, false],
    ['on a thing that is not there', { on: { object: 'a', support: 'd' } }, false],
  ])('things are %s', (_words, goal, expected) => {
    expect(holds(scene().world, goal)).toBe(expected);
  });

  test('a row is broken by one thing beside it, and upright by a fall', () => {
    const here = scene();
    here.teleport('b', at(onTable(0.53, 0)));
    expect(achieved(here, { aligned: { objects: ['a', 'b', 'c'], toleranceM: 0.01 } })).toBe(false);
    here.teleport('b', at(onTable(0.53, 0), quatFromAxisAngle([1, 0, 0], Math.PI)));
    expect(achieved(here, { upright: { object: 'b', axis: 'z', withinRad: 0.2 } })).toBe(false);
  });
});
