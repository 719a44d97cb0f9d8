// Owns the draw of marks: where a spill lies and where ink stands at the start, from a task and a seed. The same seed
// gives the same marks everywhere.

import { cos, sin } from '../portable-math.ts';
import { createRandomStream, type RandomStream } from '../random.ts';
import type { MarkLayer } from '../scenes/scene.ts';
import type { Task } from './task-schema.ts';

/** A spill is a random walk, as in robosuite: steps of 5 mm that turn by 0.5 rad (standard deviation) now and then. */
const STEP_M = 0.005;
const TURN_CHANCE = 0.3;
const TURN_RAD = 0.5;
/** Dots of a line that is there from the start, as far apart as those of a pen, metres. */
const DOT_SPACING_M = 0.002;

type MarkSpec = Task['world']['marks'][number];

/** The marks of a task as they lie at the start. */
export function drawMarks(task: Task, seed: number): readonly MarkLayer[] {
  return task.world.marks.map((spec): MarkLayer => {
    const random = createRandomStream(seed, `marks "${spec.name}" of ${task.name}`);
    const { name, kind, on, diameterM, color } = spec;
    return {
      name,
      kind,
      on,
      diameterM,
      colorSrgb: color,
      points: spec.kind === 'spill' ? randomWalk(spec, random) : inkDots(spec, random),
    };
  });
}

function randomWalk({ count, x, y }: Extract<MarkSpec, { kind: 'spill' }>, random: RandomStream): [number, number][] {
  let at: [number, number] = [random.uniform(...x), random.uniform(...y)];
  let direction = random.uniform(-Math.PI, Math.PI);
  const points: [number, number][] = [at];
  while (points.length < count) {
    if (random.uniform(0, 1) < TURN_CHANCE) direction += random.gaussian(0, TURN_RAD);
    let next: [number, number];
    do {
      next = [at[0] + STEP_M * sin(direction), at[1] + STEP_M * cos(direction)];
      // At the edge of its ranges the walk turns until it stays inside.
      direction += within(next, x, y) ? 0 : random.gaussian(0, TURN_RAD);
    } while (!within(next, x, y));
    at = next;
    points.push(at);
  }
  return points;
}

function within([px, py]: readonly [number, number], x: readonly [number, number], y: readonly [number, number]) {
  return px >= x[0] && px <= x[1] && py >= y[0] && py <= y[1];
}

function inkDots({ lines, shift }: Extract<MarkSpec, { kind: 'ink' }>, random: RandomStream): [number, number][] {
  const [dx, dy] = [random.uniform(...shift.x), random.uniform(...shift.y)];
  return lines.flatMap((line) => dotsAlong(line.map(([x, y]) => [x + dx, y + dy])));
}

/** Points at equal distances along a line of points, its first and last included. */
export function dotsAlong(line: readonly (readonly [number, number])[], spacingM = DOT_SPACING_M): [number, number][] {
  const dots: [number, number][] = [[line[0][0], line[0][1]]];
  for (let k = 1; k < line.length; k++) {
    const [[ax, ay], [bx, by]] = [line[k - 1], line[k]];
    const length = Math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay));
    const count = Math.max(1, Math.ceil(length / spacingM));
    for (let i = 1; i <= count; i++) dots.push([ax + ((bx - ax) * i) / count, ay + ((by - ay) * i) / count]);
  }
  return dots;
}
