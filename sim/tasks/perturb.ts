// Owns the changes under which a task is tried for robustness: from a task and a seed to another whole task, as plain
// data that could have been written by hand. The same three give the same task everywhere. Must never look at a world.
//
// The five kinds are those of LIBERO-PRO: a policy that has learnt places, names or pictures by heart fails under them.

import { createRandomStream, type RandomStream } from '../random.ts';
import { drawScene, LayoutError } from './layout.ts';
import { exchanged, shifted } from './perturb-position.ts';
import { otherSurroundings } from './perturb-surroundings.ts';
import { resized } from './perturb-things.ts';
import { PerturbationError } from './perturbation-error.ts';
import { TASK_FAMILIES } from './task-families.ts';
import type { Task } from './task-schema.ts';

export { PerturbationError } from './perturbation-error.ts';

export const PERTURBATION_KINDS = ['position', 'task', 'object', 'semantic', 'environment'] as const;

export type PerturbationKind = (typeof PERTURBATION_KINDS)[number];

/** Draws that are tried until the things of a changed task find room. */
const MOST_DRAWS = 30;

/**
 * The task under a change. Names stay, so that goals and programs still speak of the same things; what a name says of a
 * colour stays true.
 * @param seed of the trial: each seed gets a change of its own
 * @throws PerturbationError when the task does not define what is needed; the message says what to add
 */
export function perturbTask(task: Task, kind: PerturbationKind, seed: number): Task {
  // A copy that shares nothing with the task, nor one part with another: it can be printed and changed.
  return JSON.parse(JSON.stringify(changedTask(task, kind, seed)));
}

function changedTask(task: Task, kind: PerturbationKind, seed: number): Task {
  const random = createRandomStream(seed, `${kind} perturbation of ${task.name}`);
  switch (kind) {
    case 'task': {
      if (task.variants.length === 0) throw missing(task, 'variants', 'another instruction and goal in the same scene');
      const { instruction, goal } = task.variants[random.integer(task.variants.length)];
      return { ...task, instruction, goal };
    }
    case 'semantic': {
      if (task.rewordings.length === 0) throw missing(task, 'rewordings', 'the instruction in other words');
      return { ...task, instruction: task.rewordings[random.integer(task.rewordings.length)] };
    }
    case 'position':
      if (TASK_FAMILIES.some(({ name }) => name === task.name)) return drawnElsewhere(task, random);
      return thatHasRoom(task, seed, random, (one) => shifted(exchanged(one, random), random));
    case 'object':
      return thatHasRoom(task, seed, random, resized);
    case 'environment':
      // Where nothing more fits on a table, the last draw leaves the clutter out.
      return thatHasRoom(task, seed, random, (one, stream, draw) =>
        otherSurroundings(one, stream, draw < MOST_DRAWS ? 'with-clutter' : 'bare'),
      );
  }
}

/** Draws of a family's task that are tried until one has the same instruction. */
const MOST_FAMILY_DRAWS = 500;

/**
 * The same sentence about things in other places: what a family's sentence means depends on where they stand, so its goal
 * is drawn with them.
 */
function drawnElsewhere(task: Task, random: RandomStream): Task {
  const family = TASK_FAMILIES.find(({ name }) => name === task.name);
  for (let draw = 0; family !== undefined && draw < MOST_FAMILY_DRAWS; draw++) {
    const other = family.draw(random.integer(2_147_483_647));
    if (other.instruction === task.instruction) return other;
  }
  throw new PerturbationError(`${task.name} was not drawn with the same instruction again: "${task.instruction}"`);
}

/** A change of which the layout can be drawn for this seed. */
function thatHasRoom(
  task: Task,
  seed: number,
  random: RandomStream,
  change: (task: Task, random: RandomStream, draw: number) => Task,
): Task {
  for (let draw = 1; ; draw++) {
    const changed = change(task, random, draw);
    try {
      drawScene(changed, seed);
      return changed;
    } catch (error) {
      if (!(error instanceof LayoutError)) throw error;
      if (draw === MOST_DRAWS) throw new PerturbationError(`${task.name} has no room for a change: ${error.message}`);
    }
  }
}

function missing(task: Task, key: string, what: string): PerturbationError {
  return new PerturbationError(`the task ${task.name} has no ${key}: add \`${key}\` to its file, ${what}`);
}
