import { afterEach, describe, expect, test } from 'vitest';
import { worldView } from '../../drivers/simulated/world-view.ts';
import { holds } from '../../sim/tasks/judge.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { Drive, loadTask, taskText } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const DOWN = [0, 1, 0, 0] as const;

const open: Drive[] = [];
function drive(task: string, of = seed): Drive {
  const made = Drive.of(task, of);
  open.push(made);
  return made;
}
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

const left = (here: Drive) => (here.world.marks.points('brown spill') as number[]).length / 2;
function spill(here: Drive) {
  const found = here.world.thing('brown spill');
  if (found === undefined) throw new Error('the spill is gone');
  return found;
}

describe('a spill', () => {
  test('lies inside its ranges, the same for one seed and elsewhere for another', () => {
    const task = loadTask('spill-wipe');
    const [one, same, other] = [seed, seed, seed + 1].map((of) => drawScene(task, of).marks?.[0].points ?? []);
    expect(one.length).toBe(100);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    for (const [x, y] of one) {
      expect(x >= 0.41 && x <= 0.71 && y >= -0.24 && y <= 0.24).toBe(true);
    }
    one.slice(1).forEach(([x, y], k) => {
      expect(Math.hypot(x - one[k][0], y - one[k][1])).toBeCloseTo(0.005, 9);
    });
  });

  test('is wiped where the pad touches, and not where it hovers', async () => {
    const here = drive('spill-wipe');
    const { pose } = spill(here);
    const [x, y] = (here.world.marks.points('brown spill') as number[]).slice(0, 2);
    await here.go({ position: [x, y, pose.position[2] + 0.004], quatWxyz: DOWN }, 0.05);
    expect(left(here)).toBe(100);
    await here.go({ position: [x, y, pose.position[2] - 0.002], quatWxyz: DOWN });
    expect(left(here)).toBeLessThan(100);
    expect(left(here)).toBeGreaterThan(0);
    expect(here.world.marks.maxForceN('table')).toBeGreaterThan(1);
  });

  test('and the force it took go with a snapshot', async () => {
    const here = drive('spill-wipe');
    const { pose } = spill(here);
    const before = here.world.snapshot();
    await here.go({ position: pose.position, quatWxyz: DOWN }, 0.05);
    await here.go({ position: [pose.position[0], pose.position[1], pose.position[2] - 0.003], quatWxyz: DOWN });
    const after = structuredClone(here.world.snapshot());
    here.world.restore(before);
    expect(left(here)).toBe(100);
    expect(here.world.marks.maxForceN('table')).toBe(0);
    here.world.restore(after);
    expect(here.world.marks.state()).toEqual(after.marks);
  });

  test('is seen in pictures until it is wiped', () => {
    const here = drive('spill-wipe');
    const seen = () => worldView(here.world).parts.some(({ body }) => body === 'brown spill');
    expect(seen()).toBe(true);
    here.world.marks.restore({ ...here.world.marks.state(), layers: [[]] });
    expect(seen()).toBe(false);
    expect(here.world.thing('brown spill')).toBeUndefined();
    expect(holds(here.world, { wiped: { marks: 'brown spill', share: 1 } })).toBe(true);
  });
});

describe('pressing too hard', () => {
  test('is remembered after the force is gone', async () => {
    const here = drive('spill-wipe');
    const { pose } = spill(here);
    const [x, y, z] = pose.position;
    await here.go({ position: [x, y, z - 0.004], quatWxyz: DOWN }, 0.05);
    await here.go({ position: [x, y, z + 0.05], quatWxyz: DOWN });
    const forceN = here.world.marks.maxForceN('table');
    expect(forceN).toBeGreaterThan(10);
    const gentle = (maxForceN: number) => holds(here.world, { gentle: { fixture: 'table', maxForceN } });
    expect([gentle(forceN - 1), gentle(forceN + 1)]).toEqual([false, true]);
  });
});

describe('a drawing', () => {
  const lines = [
    [
      [0, 0],
      [0.1, 0],
    ],
  ] as const;
  const goal = (about: string) => ({
    drawn: {
      marks: 'drawing',
      lines: [{ about, points: lines[0].map(([x, y]): [number, number] => [x, y]) }],
      toleranceM: 0.005,
      share: 0.95,
    },
  });
  function inked(points: readonly number[]): Drive {
    const here = drive('drawing-hexagon');
    here.world.marks.restore({ ...here.world.marks.state(), layers: [points] });
    return here;
  }
  const dots = (from: number, to: number, y = 0) =>
    Array.from({ length: 51 }, (_, k) => [0.5 + from + ((to - from) * k) / 50, y]).flat();

  test('counts when it covers the line and nothing else', () => {
    expect(holds(inked(dots(0, 0.1)).world, goal('board'))).toBe(true);
    expect(holds(inked(dots(0, 0.1, 0.004)).world, goal('board'))).toBe(true);
  });

  test.each([
    ['is too short', dots(0, 0.08)],
    ['goes on too far', dots(0, 0.12)],
    ['lies beside it', dots(0, 0.1, 0.007)],
    ['has a stray dot', [...dots(0, 0.1), 0.4, 0.1]],
    ['is not there', []],
  ])('does not count when it %s', (_what, points) => {
    expect(holds(inked(points).world, goal('board'))).toBe(false);
  });
});

describe('a task file', () => {
  const text = taskText('spill-wipe');
  test.each([
    ['marks on nothing', text.replace('on: table', 'on: desk'), /marks lie on a fixture, and "desk" is none/],
    [
      'a spill beside its table',
      text.replace('x: [0.41, 0.71]', 'x: [0.41, 0.91]'),
      /"brown spill" would not lie on "table"/,
    ],
    ['a spill without room', text.replace('x: [0.41, 0.71]', 'x: [0.41, 0.42]'), /has no room to spread/],
    [
      'a goal about other marks',
      text.replace('wiped: { marks: brown spill }', 'wiped: { marks: ink }'),
      /the marks are: "brown spill"/,
    ],
    ['a board without a pen', text.replace('version: 1', 'version: 1\napi: drawing'), /programs that draw need a pen/],
  ])('with %s is refused with the fix', (_what, wrong, words) => {
    expect(() => parseTask(wrong, 'wrong.yaml')).toThrow(words);
  });
});
