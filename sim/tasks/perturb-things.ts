// Owns the perturbation of things and marks: their sizes, weights and shades. What the hand could grasp it still can, and whatever
// was larger than another thing still is.

import type { RandomStream } from '../random.ts';
import { SHAPES } from '../scenes/shapes/registry.ts';
import { shadeOf } from './colour-shades.ts';
import type { Goal } from './goal.ts';
import { PerturbationError } from './perturbation-error.ts';
import type { Task } from './task-schema.ts';

type PropData = Task['world']['props'][number];
type Size = PropData['size'];

/** Change of every side, as a share. */
const [LEAST_CHANGE, MOST_CHANGE] = [0.15, 0.25];
/** What a thing may differ by from the common factor, as a share: not enough to turn an order of sizes over. */
const OWN_CHANGE = 0.02;
/** Widest and narrowest side that the fingers take, metres; the hand opens 0.08 m. */
const [WIDEST_M, NARROWEST_M] = [0.07, 0.02];
/** Containers grow no more than this, so that they still fit beside each other. */
const CONTAINER_GROWTH = 1.1;
const WEIGHT_CHANGE = 0.2;
/** Lines and spots get this much wider or narrower. */
const MARK_CHANGE = 0.25;

/**
 * Every thing in another size, weight and shade, every mark in another width and shade.
 * @throws PerturbationError when there is nothing to change
 */
export function resized(task: Task, random: RandomStream): Task {
  const { props, marks } = task.world;
  if (props.length === 0 && marks.length === 0) {
    throw new PerturbationError(
      `the task ${task.name} has no props whose sizes could change: add one to \`world.props\``,
    );
  }
  const fitted = namesIn(task.goal, 'around');
  const factor = commonFactor(
    props.filter((prop) => isGraspable(prop)),
    random,
  );
  return {
    ...task,
    world: {
      ...task.world,
      props: props.map((prop) => {
        const own = factor * random.uniform(1 - OWN_CHANGE, 1 + OWN_CHANGE);
        const looks = {
          color: shadeOf(prop.name, prop.color, random),
          density: rounded(prop.density * random.uniform(1 - WEIGHT_CHANGE, 1 + WEIGHT_CHANGE)),
        };
        return { ...prop, ...looks, size: sizeUnder(prop, own, fitted) };
      }),
      marks: marks.map((mark) => ({
        ...mark,
        color: shadeOf(mark.name, mark.color, random),
        diameterM: rounded(mark.diameterM * random.uniform(1 - MARK_CHANGE, 1 + MARK_CHANGE)),
      })),
    },
  };
}

/** One factor for all, so that what was larger stays larger; up or down, whichever the hand allows. */
function commonFactor(graspable: readonly PropData[], random: RandomStream): number {
  const up = 1 + random.uniform(LEAST_CHANGE, MOST_CHANGE);
  const down = 1 - random.uniform(LEAST_CHANGE, MOST_CHANGE);
  const allows = (factor: number) =>
    graspable.every(({ size }) => {
      const [low, high] = 'min' in size ? [size.min, size.max] : [size, size];
      const widest = Math.min(high[0], high[1]) * factor * (1 + OWN_CHANGE);
      return widest <= WIDEST_M && Math.min(...low) * factor * (1 - OWN_CHANGE) >= NARROWEST_M;
    });
  const [first, second] = random.next() < 0.5 ? [up, down] : [down, up];
  if (allows(first)) return first;
  return allows(second) ? second : 1;
}

function isGraspable({ size, shape }: PropData): boolean {
  const [x, y] = 'min' in size ? size.max : size;
  return SHAPES[shape].features.length === 0 && SHAPES[shape].hollow !== true && Math.min(x, y) <= WIDEST_M;
}

/** What has parts of its own, or has to fit on a post, keeps its size. */
function sizeUnder(prop: PropData, factor: number, fitted: ReadonlySet<string>): Size {
  const { size, shape } = prop;
  if (SHAPES[shape].features.length > 0 || fitted.has(prop.name)) return size;
  const by = SHAPES[shape].hollow === true ? Math.min(Math.max(factor, 1), CONTAINER_GROWTH) : factor;
  const scaled = (sides: readonly [number, number, number]) =>
    sides.map((side) => rounded(side * by)) as [number, number, number];
  return 'min' in size ? { min: scaled(size.min), max: scaled(size.max) } : scaled(size);
}

function namesIn(goal: Goal, word: string): ReadonlySet<string> {
  if ('all' in goal) return new Set(goal.all.flatMap((part) => [...namesIn(part, word)]));
  if ('any' in goal) return new Set(goal.any.flatMap((part) => [...namesIn(part, word)]));
  if ('not' in goal) return namesIn(goal.not, word);
  const [[kind, args]] = Object.entries(goal) as [string, Record<string, unknown>][];
  return new Set(kind === word ? Object.values(args).filter((value) => typeof value === 'string') : []);
}

/** To the tenth of a millimetre. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
