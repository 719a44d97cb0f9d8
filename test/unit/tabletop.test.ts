import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createRandomStream } from '../../sim/random.ts';
import type { Vec3 } from '../../sim/spatial.ts';
import { holds } from '../../sim/tasks/judge.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { perturbTask } from '../../sim/tasks/perturb.ts';
import { TABLETOP_FAMILIES } from '../../sim/tasks/tabletop/families.ts';
import { ATTRIBUTES } from '../../sim/tasks/tabletop/templates.ts';
import { CORNERS, cornerPoint, type Place, regionOf, WORKSPACE } from '../../sim/tasks/tabletop/words.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
import { mujoco } from './sim-drive.ts';

const random = createRandomStream(Number(process.env.CAPSTAN_TEST_SEED), 'seeds of tabletop tasks');
const TABLE_TOP_M = -0.112;

type Spot = readonly [x: number, y: number];

function family(name: string) {
  const found = TABLETOP_FAMILIES.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`no family ${name}`);
  return found;
}

const blocksOf = (task: Task) => task.world.props.map(({ name }) => name).filter((name) => name.endsWith('block'));
const bowlsOf = (task: Task) => task.world.props.map(({ name }) => name).filter((name) => name.endsWith('bowl'));

function spotOf(task: Task, name: string): Spot {
  const place = task.layout.find((one) => one.place === name);
  return [place?.x?.[0] ?? Number.NaN, place?.y?.[0] ?? Number.NaN];
}

function middleOf(place: string): Spot {
  const { x = WORKSPACE.x, y = WORKSPACE.y } = regionOf(place as Place);
  return [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2];
}

/** A drawn task whose things a test puts where it wants, to ask whether the goal holds then. */
class Table {
  readonly task: Task;
  readonly #world: TaskWorld;

  constructor(name: string, seed: number) {
    this.task = family(name).draw(seed);
    this.#world = new TaskWorld(mujoco, drawScene(this.task, seed));
  }

  put(name: string, [x, y]: Spot, level = 0): this {
    const { qpos, qvel } = this.#world.physics.views;
    const at = this.#world.physics.jointAddress(name);
    const position: Vec3 = [x, y, TABLE_TOP_M + 0.02 + level * 0.04 + 0.0005 * (level + 1)];
    qpos.set([...position, 1, 0, 0, 0], at.qpos);
    qvel.fill(0, at.qvel, at.qvel + 6);
    return this;
  }

  into(name: string, bowl: string): this {
    const [x, y] = this.#world.prop(bowl)?.pose.position ?? [0, 0];
    return this.put(name, [x, y], 0.25);
  }

  get done(): boolean {
    for (let tick = 0; tick < 60; tick++) this.#world.tick();
    return holds(this.#world, this.task.goal);
  }

  dispose(): void {
    this.#world.dispose();
  }
}

/** Some table of a family, and the blocks and bowls on it. */
function tableOf(name: string, wanted: (task: Task) => boolean = () => true): Table {
  for (let tried = 0; tried < 200; tried++) {
    const seed = random.integer(1_000_000);
    if (wanted(family(name).draw(seed))) return new Table(name, seed);
  }
  throw new Error(`no such table of ${name} in 200 seeds`);
}

function check(table: Table, expected: boolean): void {
  expect(table.done, `${table.task.name}: ${table.task.instruction}`).toBe(expected);
  table.dispose();
}

describe.each(TABLETOP_FAMILIES.map(({ name }) => name))('the family %s', (name) => {
  test('draws tasks that can be written to a file, run and reworded, the same for the same seed', () => {
    for (let k = 0; k < 5; k++) {
      const seed = random.integer(1_000_000_000);
      const task = family(name).draw(seed);
      expect(parseTask(stringify(task), `${name} ${seed}`)).toEqual(task);
      expect(family(name).draw(seed)).toEqual(task);
      const scene = drawScene(task, seed);
      for (const prop of scene.props) expect(prop.pose.position.slice(0, 2)).toEqual(spotOf(task, prop.name));
      expect(task.rewordings.length).toBeGreaterThan(0);
    }
  });

  test('keeps its sentence when its places are changed, and what it then means', () => {
    const seed = random.integer(1_000_000);
    const task = family(name).draw(seed);
    const elsewhere = perturbTask(task, 'position', seed);
    expect(elsewhere.instruction).toBe(task.instruction);
    expect(elsewhere.layout).not.toEqual(task.layout);
    expect(perturbTask(task, 'position', seed)).toEqual(elsewhere);
    expect(parseTask(stringify(elsewhere), name).goal).toEqual(elsewhere.goal);
  });

  test('speaks only of colours, places and words of its own attributes', () => {
    const kind = name.endsWith('unseen') ? 'unseen' : 'seen';
    const other = ATTRIBUTES[kind === 'seen' ? 'unseen' : 'seen'];
    for (let k = 0; k < 5; k++) {
      const { instruction, rewordings, world } = family(name).draw(random.integer(1_000_000_000));
      for (const text of [instruction, ...rewordings]) {
        for (const color of other.colors) expect(text).not.toContain(`${color} `);
        for (const place of other.places) expect(text).not.toContain(place);
        expect(text).not.toContain(` ${other.distance} `);
      }
      expect(world.props.some((prop) => other.colors.some((color) => prop.name.startsWith(color)))).toBe(false);
    }
  });

  test('asks for something that is still to be done, and keeps things 15 cm apart', () => {
    const table = tableOf(name);
    const { layout } = table.task;
    for (const one of layout) {
      for (const other of layout) {
        if (one === other) continue;
        const [[ax, ay], [bx, by]] = [spotOf(table.task, one.place), spotOf(table.task, other.place)];
        expect(Math.sqrt((ax - bx) ** 2 + (ay - by) ** 2)).toBeGreaterThanOrEqual(0.15);
      }
    }
    check(table, false);
  });
});

describe.each(['seen', 'unseen'] as const)('with %s attributes', (kind) => {
  test('one block on another or in a bowl: the named one on the named one, not the other way round', () => {
    const named = (task: Task) =>
      [...blocksOf(task), ...bowlsOf(task)]
        .filter((one) => task.instruction.includes(one))
        .sort((a, b) => task.instruction.indexOf(a) - task.instruction.indexOf(b));
    const onBlock = tableOf(`tabletop-s1-${kind}`, (task) => named(task).every((one) => one.endsWith('block')));
    const [object, target] = named(onBlock.task);
    check(onBlock.put(object, spotOf(onBlock.task, target), 1), true);
    const inBowl = tableOf(`tabletop-s1-${kind}`, (task) => named(task)[1].endsWith('bowl'));
    check(inBowl.into(named(inBowl.task)[0], named(inBowl.task)[1]), true);
    const wrong = tableOf(`tabletop-s1-${kind}`, (task) => named(task).every((one) => one.endsWith('block')));
    const [below, above] = named(wrong.task);
    check(wrong.put(above, spotOf(wrong.task, below), 1), false);
  });

  test('stacking: one tower in any order, not two, and not side by side', () => {
    const tower = tableOf(`tabletop-s2-${kind}`);
    const [base, ...others] = blocksOf(tower.task).reverse();
    others.forEach((block, k) => void tower.put(block, spotOf(tower.task, base), k + 1));
    check(tower, true);
    const two = tableOf(`tabletop-s2-${kind}`, (task) => blocksOf(task).length === 4);
    const [a, b, c, d] = blocksOf(two.task);
    check(two.put(b, spotOf(two.task, a), 1).put(d, spotOf(two.task, c), 1), false);
  });

  test('a corner or side: every block there; one that is left behind spoils it', () => {
    const place = (task: Task) => ATTRIBUTES[kind].places.find((one) => task.instruction.includes(one)) ?? '';
    const all = tableOf(`tabletop-s3-${kind}`);
    const middle = middleOf(place(all.task));
    const beside = (k: number): Spot => [
      middle[0] + (k % 2) * 0.05 - 0.025,
      middle[1] + Math.floor(k / 2) * 0.05 - 0.025,
    ];
    blocksOf(all.task).forEach((block, k) => void all.put(block, beside(k)));
    check(all, true);
    const some = tableOf(`tabletop-s3-${kind}`);
    const rest = blocksOf(some.task).slice(1);
    rest.forEach((block) => void some.put(block, middleOf(place(some.task))));
    check(some, false);
  });

  test('one bowl for all: inside the named one, not beside it', () => {
    const bowl = (task: Task) => bowlsOf(task).find((one) => task.instruction.includes(one)) ?? '';
    const all = tableOf(`tabletop-s4-${kind}`, (task) => blocksOf(task).length === 2);
    const [x, y] = spotOf(all.task, bowl(all.task));
    const [first, second] = blocksOf(all.task);
    check(all.put(first, [x - 0.022, y], 0.2).put(second, [x + 0.022, y], 0.2), true);
    const beside = tableOf(`tabletop-s4-${kind}`, (task) => bowlsOf(task).length === 2);
    const other = bowlsOf(beside.task).find((one) => one !== bowl(beside.task)) ?? '';
    check(beside.into(blocksOf(beside.task)[0], other), false);
  });

  test('matching colors want the same colour, mismatched ones another', () => {
    const sameColor = (task: Task) =>
      blocksOf(task).map((block): [string, string] => [block, block.replace('block', 'bowl')]);
    const shifted = (task: Task) =>
      sameColor(task).map(([block], k, all): [string, string] => [block, all[(k + 1) % all.length][1]]);
    for (const [template, arrange, expected] of [
      ['s5', sameColor, true],
      ['s5', shifted, false],
      ['u2', shifted, true],
      ['u2', sameColor, false],
    ] as const) {
      const table = tableOf(`tabletop-${template}-${kind}`);
      for (const [block, bowl] of arrange(table.task)) table.into(block, bowl);
      check(table, expected);
    }
  });

  test.each(['s6', 's7', 's8'])(
    '%s: exactly one block is meant, and moving another one instead is wrong',
    (template) => {
      const table = tableOf(`tabletop-${template}-${kind}`);
      const place = ATTRIBUTES[kind].places.find((one) => table.task.instruction.includes(`the ${one}`)) ?? '';
      const right: string[] = [];
      for (const block of blocksOf(table.task)) {
        const home = spotOf(table.task, block);
        if (table.put(block, middleOf(place)).done) right.push(block);
        table.put(block, home);
      }
      expect(right, table.task.instruction).toHaveLength(1);
      expect(right[0]).toBe(meantBlock(table.task));
      for (const block of blocksOf(table.task)) table.put(block, middleOf(place), blocksOf(table.task).indexOf(block));
      check(table, false);
    },
  );

  test('different corners: one block each, not two in one', () => {
    const table = tableOf(`tabletop-u1-${kind}`);
    blocksOf(table.task).forEach((block, k) => void table.put(block, middleOf(`${CORNERS[k]} corner`)));
    check(table, true);
    const shared = tableOf(`tabletop-u1-${kind}`);
    blocksOf(shared.task).forEach(
      (block, k) => void shared.put(block, middleOf(`${CORNERS[Math.floor(k / 2)]} corner`), k % 2),
    );
    check(shared, false);
  });

  test('a stack at a place: there, not where the blocks stood', () => {
    for (const there of [true, false]) {
      const table = tableOf(`tabletop-u3-${kind}`);
      const place = ATTRIBUTES[kind].places.find((one) => table.task.instruction.includes(one)) ?? '';
      const [base] = blocksOf(table.task);
      const spot = there ? middleOf(place) : spotOf(table.task, base);
      blocksOf(table.task).forEach((block, k) => void table.put(block, spot, k));
      check(table, there);
    }
  });

  test('a little and a lot to one side of a bowl: that far that way, not the opposite way', () => {
    for (const sign of [1, -1]) {
      const table = tableOf(`tabletop-u4-${kind}`);
      const { instruction } = table.task;
      const [block] = blocksOf(table.task).filter((one) => instruction.includes(one));
      const [bowl] = bowlsOf(table.task).filter((one) => instruction.includes(one));
      const far = sign * (instruction.includes('a lot') ? 0.22 : 0.12);
      const [x, y] = spotOf(table.task, bowl);
      const way = /to the (\w+) of/.exec(instruction)?.[1] ?? '';
      const [dx, dy] = { top: [far, 0], bottom: [-far, 0], left: [0, far], right: [0, -far] }[way] ?? [0, 0];
      check(table.put(block, [x + dx, y + dy]), sign === 1);
    }
  });

  test('the corner closest to or farthest from a bowl is that one of the four', () => {
    const table = tableOf(`tabletop-u5-${kind}`);
    const { instruction } = table.task;
    const [block] = blocksOf(table.task).filter((one) => instruction.includes(one));
    const [bowl] = bowlsOf(table.task).filter((one) => instruction.includes(one));
    const away = (spot: Spot) => {
      const [bx, by] = spotOf(table.task, bowl);
      return (spot[0] - bx) ** 2 + (spot[1] - by) ** 2;
    };
    const ordered = [...CORNERS].sort((a, b) => away(cornerPoint(a)) - away(cornerPoint(b)));
    const meant = kind === 'seen' ? ordered[0] : ordered[3];
    for (const corner of CORNERS) {
      const done = table.put(block, middleOf(`${corner} corner`)).done;
      expect(done, `${instruction} ${corner}`).toBe(corner === meant);
    }
    table.dispose();
  });

  test('a line: in the asked direction, side by side on the table, no other direction', () => {
    const slant = Math.SQRT1_2;
    const ways = { horizontal: [0, 1], vertical: [1, 0], diagonal: [slant, slant] } as const;
    const table = tableOf(`tabletop-u6-${kind}`);
    const blocks = blocksOf(table.task);
    for (const [line, [dx, dy]] of Object.entries(ways)) {
      // The goal asks nothing of bowls: they are taken out of the way.
      bowlsOf(table.task).forEach((bowl, k) => void table.put(bowl, [0.3, 0.36 - k * 0.7]));
      blocks.forEach((block, k) => void table.put(block, [0.4 + k * 0.06 * dx, -0.1 + k * 0.06 * dy]));
      expect(table.done, `${table.task.instruction} ${line}`).toBe(table.task.instruction.includes(line));
    }
    blocks.forEach((block, k) => void table.put(block, [0.5, 0], k));
    check(table, false);
  });
});

/** The block a sentence of the templates s6, s7 and s8 means, worked out from the drawn places alone. */
function meantBlock(task: Task): string {
  const { instruction } = task;
  const bowl = bowlsOf(task).find((one) => instruction.includes(one)) ?? '';
  const ordinal = ['first', 'second', 'third', 'fourth'].findIndex((word) => instruction.includes(word));
  const way = /(?:to|from) the (top|bottom|left|right)\b/.exec(instruction)?.[1] ?? '';
  const along = ([x, y]: Spot) => ({ top: x, bottom: -x, left: y, right: -y })[way] ?? 0;
  const byWay = blocksOf(task).sort((a, b) => along(spotOf(task, b)) - along(spotOf(task, a)));
  if (ordinal >= 0) return byWay[ordinal];
  if (/closest|farthest/.test(instruction)) {
    const [bx, by] = spotOf(task, bowl);
    const away = (name: string) => (spotOf(task, name)[0] - bx) ** 2 + (spotOf(task, name)[1] - by) ** 2;
    const sign = instruction.includes('closest') ? 1 : -1;
    return blocksOf(task).sort((a, b) => sign * (away(a) - away(b)))[0];
  }
  return byWay[0];
}
