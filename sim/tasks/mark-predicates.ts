// Owns what the words `wiped`, `drawn` and `gentle` of a goal mean in a world. Must never look at anything a program said.

import type { GoalLeaf } from './goal.ts';
import { dotsAlong } from './mark-layout.ts';
import type { TaskWorld } from './task-world.ts';

type Words<Key extends string> = GoalLeaf extends infer Leaf
  ? Leaf extends { readonly [K in Key]: infer Values }
    ? Values
    : never
  : never;
type Point2 = readonly [number, number];

/** At most the rest of the marks is left; of marks that never were, nothing may be there. */
export function isWiped(world: TaskWorld, { marks, share }: Words<'wiped'>): boolean {
  const atStart = world.marks.layers.find(({ name }) => name === marks)?.points.length;
  const left = world.marks.points(marks);
  return atStart !== undefined && left !== undefined && left.length / 2 <= (1 - share) * atStart + 1e-9;
}

/** Every line is covered to its share, and no mark lies further from all lines than the tolerance. */
export function isDrawn(world: TaskWorld, { marks, lines, toleranceM, share }: Words<'drawn'>): boolean {
  const flat = world.marks.points(marks);
  if (flat === undefined || flat.length === 0) return false;
  const dots: Point2[] = [];
  for (let i = 0; i < flat.length; i += 2) dots.push([flat[i], flat[i + 1]]);
  const wanted: (readonly Point2[])[] = [];
  for (const line of lines) {
    const placed = 'about' in line ? placedAbout(world, line.about, line.points) : line;
    if (placed === undefined) return false;
    wanted.push(placed);
  }
  const covered = wanted.every((line) => {
    const points = dotsAlong(line);
    const near = points.filter((point) => dots.some((dot) => distanceSquared(dot, point) <= toleranceM * toleranceM));
    return near.length >= share * points.length;
  });
  return (
    covered &&
    dots.every((dot) =>
      wanted.some((line) =>
        line.some((end, k) => k > 0 && segmentDistanceSquared(dot, line[k - 1], end) <= toleranceM * toleranceM),
      ),
    )
  );
}

export function isGentle(world: TaskWorld, { fixture, maxForceN }: Words<'gentle'>): boolean {
  return world.marks.maxForceN(fixture) <= maxForceN;
}

function placedAbout(world: TaskWorld, name: string, points: readonly Point2[]): readonly Point2[] | undefined {
  const centre = world.thing(name)?.pose.position;
  return centre === undefined ? undefined : points.map(([x, y]) => [centre[0] + x, centre[1] + y]);
}

function distanceSquared([ax, ay]: Point2, [bx, by]: Point2): number {
  return (ax - bx) * (ax - bx) + (ay - by) * (ay - by);
}

function segmentDistanceSquared(point: Point2, a: Point2, b: Point2): number {
  const [ux, uy] = [b[0] - a[0], b[1] - a[1]];
  const lengthSquared = ux * ux + uy * uy;
  const along = lengthSquared === 0 ? 0 : ((point[0] - a[0]) * ux + (point[1] - a[1]) * uy) / lengthSquared;
  const t = Math.min(Math.max(along, 0), 1);
  return distanceSquared(point, [a[0] + t * ux, a[1] + t * uy]);
}
