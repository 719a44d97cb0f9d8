// Owns the tasks whose things, instruction and goal are drawn per seed: a family gives one whole task for every seed, as
// plain data that could have been written by hand. The same seed gives the same task everywhere.

import type { Task } from './task-schema.ts';

export interface TaskFamily {
  /** As the command line names it. */
  readonly name: string;
  /** The instruction with its blanks, for lists: "Put all the blocks on the <corner or side>". */
  readonly instruction: string;
  /** Families of one template differ in what fills its blanks; one reference program serves them all. */
  readonly template?: string;
  /** The template whose program knows the other goals of its tasks, their variants. */
  readonly otherTemplate?: string;
  /** Words of the command line that mean this family among others, as "tabletop". */
  readonly groups?: readonly string[];
  draw(seed: number): Task;
}
