// Owns the search for a way by sampling: two trees of postures that grow towards each other, and the shortening of what
// they find. Pure: it knows joints and a question "is this posture blocked?", neither arms nor worlds. Must never read a
// clock: it gives up after a number of questions, so that it answers the same on every machine.
//
// Source: J. Kuffner and S. LaValle, "RRT-Connect: An efficient approach to single-query path planning", 2000;
// shortcuts after R. Geraerts and M. Overmars, "Creating high-quality paths for motion planning", 2007.

import type { RandomStream } from '../random.ts';
import type { Planning } from './planning-failure.ts';

/** Joints of all that moves, one after the other, radians. */
export type Configuration = Float64Array;

export interface JointSpace {
  readonly width: number;
  readonly lowRad: ArrayLike<number>;
  readonly highRad: ArrayLike<number>;
  /** What a joint counts for in the distance between two postures: those near the base sweep more. */
  readonly weights: ArrayLike<number>;
  /** Joint change between two questions along a straight line, radians. */
  readonly checkStepRad: number;
  readonly blockedAt: (joints: Configuration) => boolean;
}

/** Questions that may still be asked. */
export interface CheckBudget {
  left: number;
}

interface Tree {
  readonly nodes: Configuration[];
  readonly parents: number[];
}

/** Largest joint change of one growth of a tree, radians. */
const GROWTH_RAD = 0.35;
/** Samples are drawn around start and goals first, then ever farther away: radians at first, and more per sample. */
const FIRST_SPREAD_RAD = 0.5;
const SPREAD_PER_SAMPLE_RAD = 0.01;
/** Every so many samples one is drawn from the whole space. */
const WHOLE_SPACE_EVERY = 4;
/** Shortening ends after so many attempts in a row that did not shorten anything, or after so many in all. */
const IDLE_SHORTCUTS = 25;
const MOST_SHORTCUTS = 120;

/**
 * A way from the start to one of the goals: postures joined by straight joint lines that are free.
 * @param budget is drawn on; the search gives up when it is spent
 */
export function* connectTrees(
  space: JointSpace,
  start: Configuration,
  goals: readonly Configuration[],
  random: RandomStream,
  budget: CheckBudget,
): Planning<Configuration[] | undefined> {
  const fromStart: Tree = { nodes: [start], parents: [-1] };
  const fromGoals: Tree = { nodes: [...goals], parents: goals.map(() => -1) };
  let [growing, other] = [fromStart, fromGoals];
  for (let samples = 0; budget.left > 0; samples++) {
    const target = sampleAround(space, [start, ...goals], random, samples);
    const grown = yield* grow(space, growing, target, budget);
    if (grown !== undefined) {
      const meeting = growing.nodes[grown];
      let reached = yield* grow(space, other, meeting, budget);
      while (reached !== undefined && distanceRad(space.width, other.nodes[reached], meeting) > 0) {
        reached = yield* grow(space, other, meeting, budget, reached);
      }
      if (reached !== undefined) {
        const one = branch(growing, grown).reverse();
        const rest = branch(other, reached).slice(1);
        const way = [...one, ...rest];
        return growing === fromStart ? way : way.reverse();
      }
    }
    [growing, other] = [other, growing];
  }
  return undefined;
}

/** Replaces stretches of a way by straight lines where they are free. The ends stay. */
export function* shorten(
  space: JointSpace,
  way: readonly Configuration[],
  random: RandomStream,
  budget: CheckBudget,
): Planning<Configuration[]> {
  let short = [...way];
  let idle = 0;
  for (let k = 0; k < MOST_SHORTCUTS && idle < IDLE_SHORTCUTS && short.length > 2 && budget.left > 0; k++) {
    const lengths = cumulative(space.width, short);
    const total = lengths[lengths.length - 1];
    // Corners first, one after the other; then anywhere on the way.
    const corner = k < way.length - 2 ? Math.min(1 + k, short.length - 2) : undefined;
    const [a, b] =
      corner === undefined
        ? [random.uniform(0, total), random.uniform(0, total)].sort((one, other) => one - other)
        : [lengths[corner - 1], lengths[corner + 1]];
    const [from, to] = [pointAt(short, lengths, a), pointAt(short, lengths, b)];
    const between = short.filter((_, i) => lengths[i] > a && lengths[i] < b);
    const saved = b - a - distanceRad(space.width, from, to);
    if (between.length === 0 || saved < 1e-3 || !(yield* isFreeLine(space, from, to, budget))) {
      idle += 1;
      continue;
    }
    idle = 0;
    const before = short.filter((_, i) => lengths[i] <= a);
    const after = short.filter((_, i) => lengths[i] >= b);
    short = withoutRepeats(space.width, [...before, from, to, ...after]);
  }
  return short;
}

/** Adds a node one growth nearer to the target. @returns its index; undefined where the way is blocked */
function* grow(
  space: JointSpace,
  tree: Tree,
  target: Configuration,
  budget: CheckBudget,
  from = nearest(space, tree, target),
): Planning<number | undefined> {
  const start = tree.nodes[from];
  const change = distanceRad(space.width, start, target);
  if (change === 0) return from;
  const node = change <= GROWTH_RAD ? target : between(start, target, GROWTH_RAD / change);
  if (!(yield* isFreeLine(space, start, node, budget))) return undefined;
  tree.nodes.push(node);
  tree.parents.push(from);
  return tree.nodes.length - 1;
}

/** Whether a straight joint line is free: its end first, then its middle, then ever finer, so that it fails early. */
function* isFreeLine(
  space: JointSpace,
  from: Configuration,
  to: Configuration,
  budget: CheckBudget,
): Planning<boolean> {
  const count = Math.max(1, Math.ceil(distanceRad(space.width, from, to) / space.checkStepRad));
  yield;
  budget.left -= 1;
  if (space.blockedAt(to)) return false;
  let stride = 1;
  while (stride * 2 < count) stride *= 2;
  for (; stride >= 1; stride /= 2) {
    for (let k = stride; k < count; k += 2 * stride) {
      yield;
      budget.left -= 1;
      if (space.blockedAt(between(from, to, k / count))) return false;
    }
  }
  return true;
}

function sampleAround(
  { width, lowRad, highRad }: JointSpace,
  centres: readonly Configuration[],
  random: RandomStream,
  count: number,
): Configuration {
  const whole = count % WHOLE_SPACE_EVERY === WHOLE_SPACE_EVERY - 1;
  const spread = whole ? Number.POSITIVE_INFINITY : FIRST_SPREAD_RAD + count * SPREAD_PER_SAMPLE_RAD;
  return Float64Array.from({ length: width }, (_, j) => {
    let [low, high] = [highRad[j], lowRad[j]];
    for (const centre of centres) {
      low = Math.min(low, centre[j] - spread);
      high = Math.max(high, centre[j] + spread);
    }
    return random.uniform(Math.max(low, lowRad[j]), Math.min(high, highRad[j]));
  });
}

function nearest({ width, weights }: JointSpace, { nodes }: Tree, target: Configuration): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    let sum = 0;
    for (let j = 0; j < width && sum < least; j++) {
      const change = (node[j] - target[j]) * weights[j];
      sum += change * change;
    }
    if (sum < least) [best, least] = [i, sum];
  }
  return best;
}

/** From a node to its root. */
function branch({ nodes, parents }: Tree, leaf: number): Configuration[] {
  const way: Configuration[] = [];
  for (let i = leaf; i >= 0; i = parents[i]) way.push(nodes[i]);
  return way;
}

/** Largest change of one joint, radians. */
export function distanceRad(width: number, a: Configuration, b: Configuration): number {
  let largest = 0;
  for (let j = 0; j < width; j++) largest = Math.max(largest, Math.abs(a[j] - b[j]));
  return largest;
}

/** The posture at a share of the straight joint line. */
export function between(a: Configuration, b: Configuration, share: number): Configuration {
  return a.map((value, j) => value + (b[j] - value) * share);
}

function cumulative(width: number, way: readonly Configuration[]): number[] {
  let length = 0;
  return way.map((node, i) => {
    if (i > 0) length += distanceRad(width, way[i - 1], node);
    return length;
  });
}

function pointAt(way: readonly Configuration[], lengths: readonly number[], at: number): Configuration {
  const i = lengths.findIndex((length) => length >= at);
  if (i <= 0) return way[0];
  const piece = lengths[i] - lengths[i - 1];
  return at === lengths[i] || piece === 0 ? way[i] : between(way[i - 1], way[i], (at - lengths[i - 1]) / piece);
}

function withoutRepeats(width: number, way: readonly Configuration[]): Configuration[] {
  return way.filter((node, i) => i === 0 || distanceRad(width, way[i - 1], node) > 1e-9);
}
