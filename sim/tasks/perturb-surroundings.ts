// Owns the perturbation of what a task is not about: the table's look and friction, the light, and clutter that stands
// about. Clutter stands free of everything the goal speaks of.

import type { RandomStream } from '../random.ts';
import type { Task } from './task-schema.ts';

type Color = [number, number, number];
type PropData = Task['world']['props'][number];
type Rectangle = { readonly x: [number, number]; readonly y: [number, number] };

const TABLE_COLOURS: readonly Color[] = [
  [0.5, 0.36, 0.24],
  [0.86, 0.85, 0.82],
  [0.3, 0.31, 0.33],
  [0.58, 0.62, 0.58],
  [0.66, 0.6, 0.7],
];
/** Brightness of the light: dimmer or brighter than any that the task itself draws at most times. */
const DIM: [number, number] = [0.35, 0.6];
const BRIGHT: [number, number] = [1.5, 1.9];

/** What stands about, always by these names: cans and cartons that no goal speaks of. */
const CLUTTER: readonly Pick<PropData, 'name' | 'shape' | 'size' | 'color'>[] = [
  { name: 'tin can', shape: 'cylinder', size: [0.05, 0.05, 0.06], color: [0.55, 0.57, 0.6] },
  { name: 'carton', shape: 'box', size: [0.05, 0.06, 0.07], color: [0.7, 0.62, 0.5] },
];
/** Clutter keeps this distance from what was placed before it (m). */
const CLUTTER_GAP_M = 0.05;
/** Its middle keeps this distance from other fixtures (m). */
const FIXTURE_GAP_M = 0.05;
/** Side of the square a piece of clutter is drawn in (m). */
const PATCH_M = 0.08;
const MOST_DRAWS = 60;
/** Where the first arm reaches, and the whole of any table, base frame, metres. */
const NEAR = [
  [0.34, 0.76],
  [-0.34, 0.34],
] as const;
const EVERYWHERE = [
  [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
] as const;

/** A table that the task fills gets another look, another friction and another light, and no clutter. */
export function otherSurroundings(task: Task, random: RandomStream, kind: 'with-clutter' | 'bare'): Task {
  const { fixtures, props } = task.world;
  const table = fixtures.reduce((largest, one) => (areaOf(one) > areaOf(largest) ? one : largest));
  const [sliding, torsional, rolling] = table.friction;
  const friction: Color = [rounded(sliding * random.uniform(0.7, 1.3)), torsional, rolling];
  const color = TABLE_COLOURS[random.integer(TABLE_COLOURS.length)];
  const clutter = CLUTTER.filter(({ name }) => ![...fixtures, ...props].some((other) => other.name === name)).flatMap(
    (one) => {
      const patch = kind === 'bare' ? undefined : freePatch(task, table, random);
      return patch === undefined ? [] : [{ ...one, patch }];
    },
  );
  return {
    ...task,
    sensors: { ...task.sensors, light: random.next() < 0.5 ? DIM : BRIGHT },
    world: {
      ...task.world,
      fixtures: fixtures.map((one) => (one.name === table.name ? { ...one, color, friction } : one)),
      props: [
        ...props,
        ...clutter.map(
          ({ patch: _, ...one }): PropData => ({ ...one, density: 600, friction: [1, 0.005, 0.0001], features: {} }),
        ),
      ],
    },
    // Placed last, so that everything else stands where it would have stood.
    layout: [
      ...task.layout,
      ...clutter.map(({ name, patch }) => ({
        place: name,
        on: table.name,
        ...patch,
        yaw: [0, 6.2831] as [number, number],
        gapM: CLUTTER_GAP_M,
      })),
    ],
  };
}

/** A square on the table, within reach of the first arm if there is one, that no fixture and no spill is near. */
function freePatch(task: Task, table: Task['world']['fixtures'][number], random: RandomStream): Rectangle | undefined {
  const [xs, ys] = [0, 1].map((axis) => [
    table.position[axis] - table.size[axis] / 2 + 0.06,
    table.position[axis] + table.size[axis] / 2 - 0.06,
  ]);
  const inTheWay: Rectangle[] = task.world.fixtures
    .filter((one) => one.name !== table.name)
    .map(({ position, size }) => ({
      x: [position[0] - size[0] / 2, position[0] + size[0] / 2],
      y: [position[1] - size[1] / 2, position[1] + size[1] / 2],
    }));
  for (const mark of task.world.marks) if (mark.kind === 'spill') inTheWay.push({ x: mark.x, y: mark.y });
  for (let draw = 0; draw < 2 * MOST_DRAWS; draw++) {
    // Where a board fills that room, clutter stands behind it, out of reach.
    const [x, y] = draw < MOST_DRAWS ? NEAR : EVERYWHERE;
    const corner = [
      random.uniform(Math.max(xs[0], x[0]), Math.min(xs[1], x[1]) - PATCH_M),
      random.uniform(Math.max(ys[0], y[0]), Math.min(ys[1], y[1]) - PATCH_M),
    ].map(rounded);
    const patch: Rectangle = {
      x: [corner[0], rounded(corner[0] + PATCH_M)],
      y: [corner[1], rounded(corner[1] + PATCH_M)],
    };
    if (inTheWay.every((other) => isApart(patch, other, FIXTURE_GAP_M))) return patch;
  }
  return undefined;
}

function isApart(one: Rectangle, other: Rectangle, least: number): boolean {
  const along = (a: readonly [number, number], b: readonly [number, number]) =>
    a[0] > b[1] + least || b[0] > a[1] + least;
  return along(one.x, other.x) || along(one.y, other.y);
}

function areaOf({ size }: Task['world']['fixtures'][number]): number {
  return size[0] * size[1];
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
