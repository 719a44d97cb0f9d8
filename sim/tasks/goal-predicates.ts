// Owns what each word of a goal means in a world: one question about its true state, answered yes or no. Must never
// look at anything a program said.

import { cos } from '../portable-math.ts';
import { isInCavity } from '../scenes/shapes/cavity.ts';
import { distance, invert, mat3FromQuat, transformPoint, type Vec3 } from '../spatial.ts';
import { isOver, topOf, verticalHalf } from './box-geometry.ts';
import type { GoalLeaf } from './goal.ts';
import { isDrawn, isGentle, isWiped } from './mark-predicates.ts';
import { type PropState, type TaskWorld, TICK_S } from './task-world.ts';

/** A stacked object's underside may be off its support's top by this much, metres. */
const SUPPORT_GAP_M = 0.01;
/** A container that leans by more than this is tipped over, radians. */
const CONTAINER_TILT_RAD = 0.5;

/** Whether one predicate holds at this instant. Of things that do not exist, nothing holds. */
export function leafHolds(world: TaskWorld, leaf: GoalLeaf): boolean {
  if ('on' in leaf) return standsOn(world, leaf.on.object, leaf.on.support);
  if ('across' in leaf) return liesAcross(world, leaf.across.object, leaf.across.supports);
  if ('inside' in leaf) return liesIn(world, leaf.inside.object, leaf.inside.container);
  if ('around' in leaf) return isAround(world, leaf.around);
  if ('above' in leaf) {
    const object = world.thing(leaf.above.object);
    const reference = world.thing(leaf.above.reference);
    if (object === undefined || reference === undefined) return false;
    return object.pose.position[2] > topOf(reference) + leaf.above.heightM;
  }
  if ('held' in leaf) return heldBy(world, leaf.held.object, leaf.held.arm);
  if ('released' in leaf) return !touchedByArm(world, leaf.released.object, leaf.released.arm);
  if ('within' in leaf) {
    const { object, x, y, z } = leaf.within;
    const thing = world.thing(object);
    if (thing === undefined) return false;
    return [x, y, z].every(
      (range, axis) =>
        range === undefined || (thing.pose.position[axis] >= range[0] && thing.pose.position[axis] <= range[1]),
    );
  }
  if ('near' in leaf) {
    const { object, to, withinM } = leaf.near;
    const one = world.thing(object)?.pose.position;
    const other = typeof to === 'string' ? world.thing(to)?.pose.position : to;
    return one !== undefined && other !== undefined && sideways(one, other) <= withinM;
  }
  if ('aligned' in leaf) {
    const centres = centresOf(world, leaf.aligned.objects);
    return centres !== undefined && inLine(centres, leaf.aligned.toleranceM, leaf.aligned.direction);
  }
  if ('apart' in leaf) {
    const { objects, atLeastM } = leaf.apart;
    const centres = centresOf(world, objects);
    if (centres === undefined) return false;
    return centres.every((one, i) => centres.every((other, k) => k <= i || sideways(one, other) >= atLeastM));
  }
  if ('upright' in leaf) {
    const { object, axis, withinRad } = leaf.upright;
    const thing = world.thing(object);
    if (thing === undefined) return false;
    const cosine = mat3FromQuat(thing.pose.quatWxyz)[6 + ['x', 'y', 'z'].indexOf(axis)];
    return cosine >= cos(withinRad);
  }
  if ('wiped' in leaf) return isWiped(world, leaf.wiped);
  if ('drawn' in leaf) return isDrawn(world, leaf.drawn);
  if ('reached' in leaf) {
    const { position, withinM, arm = 'left' } = leaf.reached;
    const index = world.arms.findIndex(({ side }) => side === arm);
    return index >= 0 && distance(world.tool(index).position, position) <= withinM;
  }
  if ('balanced' in leaf) {
    const { withinRad, withinM, forS } = leaf.balanced;
    return world.cartPole?.stayed(Math.round(forS / TICK_S), withinM, withinRad) ?? false;
  }
  return isGentle(world, leaf.gentle);
}

function heldBy(world: TaskWorld, object: string, arm: 'left' | 'right' | undefined): boolean {
  return world.arms.some(
    ({ side }, index) => (arm === undefined || side === arm) && world.pinched(index).includes(object),
  );
}

function touchedByArm(world: TaskWorld, object: string, arm: 'left' | 'right' | undefined): boolean {
  return world.armsTouching(object).some((side) => arm === undefined || side === arm);
}

/** Contact, the right height, and the centre over the support. */
function standsOn(world: TaskWorld, object: string, support: string): boolean {
  const top = world.thing(object);
  const below = world.thing(support);
  if (top === undefined || below === undefined || !touch(world, object, support)) return false;
  return Math.abs(undersideOf(top) - topOf(below)) < SUPPORT_GAP_M && isOver(top.pose.position, below);
}

/** Contact with every support, each at the right height. */
function liesAcross(world: TaskWorld, object: string, supports: readonly string[]): boolean {
  return supports.every((support) => {
    const top = world.thing(object);
    const below = world.thing(support);
    if (top === undefined || below === undefined || !touch(world, object, support)) return false;
    return Math.abs(undersideOf(top) - topOf(below)) < SUPPORT_GAP_M;
  });
}

/** Height of the lowest point, metres. */
function undersideOf({ pose, size }: PropState): number {
  return pose.position[2] - verticalHalf(pose.quatWxyz, size);
}

/** Centre in the container's hollow: over its floor, under its rim, within its walls. What is tipped over holds nothing. */
function liesIn(world: TaskWorld, object: string, container: string): boolean {
  const inner = world.thing(object);
  const outer = world.thing(container);
  if (inner === undefined || outer?.cavity === undefined) return false;
  if (mat3FromQuat(outer.pose.quatWxyz)[8] < cos(CONTAINER_TILT_RAD)) return false;
  return isInCavity(transformPoint(invert(outer.pose), inner.pose.position), outer.cavity);
}

/** On the post: centred on it, and its centre below the post's top. */
function isAround(world: TaskWorld, leaf: { object: string; post: string; toleranceM: number }): boolean {
  const ring = world.thing(leaf.object);
  const post = world.thing(leaf.post);
  if (ring === undefined || post === undefined) return false;
  const [dx, dy] = [0, 1].map((axis) => Math.abs(ring.pose.position[axis] - post.pose.position[axis]));
  return dx < leaf.toleranceM && dy < leaf.toleranceM && ring.pose.position[2] < topOf(post);
}

function touch(world: TaskWorld, one: string, other: string): boolean {
  return world.touching().some((pair) => pair.includes(one) && pair.includes(other));
}

function centresOf(world: TaskWorld, names: readonly string[]): readonly Vec3[] | undefined {
  const found = names.map((name) => world.thing(name)).filter((thing): thing is PropState => thing !== undefined);
  return found.length === names.length ? found.map(({ pose }) => pose.position) : undefined;
}

function sideways(one: readonly number[], other: readonly number[]): number {
  const [dx, dy] = [one[0] - other[0], one[1] - other[1]];
  return Math.sqrt(dx * dx + dy * dy);
}

/** Whether points, seen from above, are no further than the tolerance from the line through their two farthest ones. */
function inLine(points: readonly Vec3[], toleranceM: number, direction: 'x' | 'y' | 'diagonal' | undefined): boolean {
  let ends: readonly [Vec3, Vec3] = [points[0], points[1]];
  for (const one of points) {
    for (const other of points) if (sideways(one, other) > sideways(...ends)) ends = [one, other];
  }
  const length = sideways(...ends);
  if (length === 0) return false;
  const [ux, uy] = [(ends[1][0] - ends[0][0]) / length, (ends[1][1] - ends[0][1]) / length];
  const straight = points.every(([x, y]) => Math.abs((x - ends[0][0]) * uy - (y - ends[0][1]) * ux) <= toleranceM);
  if (!straight) return false;
  // Along its length the line may leave its direction by the tolerance at both ends.
  const slack = 2 * toleranceM;
  if (direction === 'x') return Math.abs(uy) * length <= slack;
  if (direction === 'y') return Math.abs(ux) * length <= slack;
  if (direction === 'diagonal') return Math.abs(Math.abs(ux) - Math.abs(uy)) * length <= 2 * slack;
  return true;
}
