// Owns the perturbation of places: who starts where, and where on the table all of it stands. Goals keep their meaning:
// nothing is exchanged between two supports, and ranges stay on what they are on.

import type { RandomStream } from '../random.ts';
import { goalLeaves } from './goal.ts';
import { PerturbationError } from './perturbation-error.ts';
import type { Task } from './task-schema.ts';

type Placement = Task['layout'][number];
type Range = readonly [number, number];

/** How far a layout moves along each axis, metres: far enough that no learnt place fits, not out of reach. */
const SHIFT_M: Range = [0.02, 0.06];
/** Where one arm works well from above: a shifted layout does not leave it further than it did, base frame, metres. */
const WORKSPACE = { x: [0.36, 0.72], y: [-0.32, 0.32] } as const;
/** Shifts that are tried, from a random one to the smallest. */
const MOST_DRAWS = 60;

/** Things that start on the same support change places: each gets the ranges of another one. */
export function exchanged(task: Task, random: RandomStream): Task {
  const fixtures = new Set(task.world.fixtures.map(({ name }) => name));
  const layout = [...task.layout];
  for (const support of fixtures) {
    const indices = task.layout.flatMap((placement, index) => (placement.on === support ? [index] : []));
    const donors = [...indices];
    for (let k = donors.length - 1; k > 0; k--) {
      const other = random.integer(k + 1);
      [donors[k], donors[other]] = [donors[other], donors[k]];
    }
    indices.forEach((index, k) => {
      const { x, y, yaw, gapM } = task.layout[donors[k]];
      layout[index] = { ...task.layout[index], x, y, yaw, gapM };
    });
  }
  return { ...task, layout };
}

/**
 * Everything but the furniture moves by the same way over the table: the ranges of what stands on it, what is drawn or
 * spilled on it, and the fixtures that stand on other fixtures.
 * @throws PerturbationError when there is nothing to move, or nowhere to move it to
 */
export function shifted(task: Task, random: RandomStream): Task {
  const { layout, world, goal } = task;
  const onOther = world.fixtures.some((one) => standsOnAnother(one, world.fixtures));
  if (layout.length === 0 && world.marks.length === 0 && !onOther) {
    throw new PerturbationError(`the task ${task.name} has nothing that could stand elsewhere: its table is empty`);
  }
  if (onOther && goalLeaves(goal).some((leaf) => 'reached' in leaf)) {
    throw new PerturbationError(
      `the goal of ${task.name} is a point that its instruction names: what lies there cannot be shifted from under it`,
    );
  }
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    // Small ways are tried when the large ones lead off the table.
    const share = 1 - draw / MOST_DRAWS;
    const way = [0, 1].map(
      () => (random.next() < 0.5 ? -1 : 1) * random.uniform(SHIFT_M[0], SHIFT_M[0] + share * (SHIFT_M[1] - SHIFT_M[0])),
    ) as [number, number];
    // Along one axis there may be no room at all.
    if (draw % 3 === 1) way[0] = 0;
    if (draw % 3 === 2) way[1] = 0;
    const moved = movedBy(task, way);
    if (moved !== undefined) return moved;
  }
  throw new PerturbationError(
    `the layout of ${task.name} fills its table: there is nowhere to shift it to; narrow the ranges of \`layout\``,
  );
}

function movedBy(task: Task, [dx, dy]: readonly [number, number]): Task | undefined {
  const { fixtures } = task.world;
  const movable = new Set(fixtures.filter((one) => standsOnAnother(one, fixtures)).map(({ name }) => name));
  const byName = new Map(fixtures.map((one) => [one.name, one]));
  const move = (range: Range, by: number): [number, number] => [rounded(range[0] + by), rounded(range[1] + by)];
  let fits = true;
  const layout = task.layout.map((placement): Placement => {
    const support = byName.get(placement.on);
    if (support === undefined || placement.x === undefined || placement.y === undefined) return placement;
    const [x, y] = [move(placement.x, dx), move(placement.y, dy)];
    const from = movable.has(support.name) ? [dx, dy] : [0, 0];
    fits &&= [x, y].every((range, axis) => {
      const middle = support.position[axis] + from[axis];
      return range[0] >= middle - support.size[axis] / 2 && range[1] <= middle + support.size[axis] / 2;
    });
    fits &&= staysInReach(placement.x, x, WORKSPACE.x) && staysInReach(placement.y, y, WORKSPACE.y);
    return { ...placement, x, y };
  });
  if (!fits) return undefined;
  return {
    ...task,
    layout,
    world: {
      ...task.world,
      fixtures: fixtures.map((one) => {
        if (!movable.has(one.name)) return one;
        const [x, y, z] = one.position;
        return { ...one, position: [rounded(x + dx), rounded(y + dy), z] as [number, number, number] };
      }),
      marks: task.world.marks.map((mark) =>
        mark.kind === 'spill'
          ? { ...mark, x: move(mark.x, dx), y: move(mark.y, dy) }
          : { ...mark, shift: { x: move(mark.shift.x, dx), y: move(mark.shift.y, dy) } },
      ),
    },
  };
}

/** A range may lie outside the workspace only as far as it did before. */
function staysInReach(before: Range, after: Range, [low, high]: Range): boolean {
  return after[0] >= Math.min(low, before[0]) && after[1] <= Math.max(high, before[1]);
}

/** Whether a fixture stands on or in another one, as a mat or a peg on a table. */
function standsOnAnother(one: Task['world']['fixtures'][number], fixtures: Task['world']['fixtures']): boolean {
  return fixtures.some((other) => {
    if (other === one || other.size[0] * other.size[1] <= one.size[0] * one.size[1]) return false;
    return [0, 1].every((axis) => Math.abs(one.position[axis] - other.position[axis]) <= other.size[axis] / 2);
  });
}

/** To the tenth of a millimetre, so that a printed task reads well. */
function rounded(metres: number): number {
  return Math.round(metres * 1e4) / 1e4;
}
