// Owns the tasks whose things, instruction and goal are drawn per seed: a family gives one whole task for every seed, as
// plain data that could have been written by hand. The same seed gives the same task everywhere.

import type { Task } from './task-schema.ts';

export interface TaskFamily {
  /** As the command line names it. */
  readonly name: string;
  /** The instruction with its blanks, for lists: "Put all the blocks on the <corner or side>". */
  readonly instruction: string;
  draw(seed: number): Task;
}

/** Every family this installation ships. */
export const TASK_FAMILIES: readonly TaskFamily[] = [];
