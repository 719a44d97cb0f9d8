// Owns trying how the trials of a task would start: whether its layouts have room, stand, and leave something to do.
// Moves no arm and runs no program.

import type { Mujoco } from '../../sim/engine/physics.ts';
import { PhysicsError } from '../../sim/engine/physics-error.ts';
import { distance } from '../../sim/spatial.ts';
import { holds } from '../../sim/tasks/judge.ts';
import { drawScene, LayoutError } from '../../sim/tasks/layout.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';

/** A thing that ends further from where it was put did not stand there (m). */
const FALLEN_M = 0.02;
/** Horizontal distance from the base beyond which the hand cannot point straight down at a table top (m). */
const FARTHEST_M = 0.8;

export interface TrialStarts {
  /** The task cannot be run as it is. */
  readonly problems: readonly string[];
  /** It can, but it may not be what was meant. */
  readonly warnings: readonly string[];
}

/** Draws the world of each seed and lets it come to rest. */
export function trialStarts(mujoco: Mujoco, task: Task, seeds: readonly number[]): TrialStarts {
  const problems = new Set<string>();
  const warnings = new Set<string>();
  let solved = 0;
  for (const seed of seeds) {
    let world: TaskWorld;
    try {
      const scene = drawScene(task, seed);
      world = new TaskWorld(mujoco, scene);
    } catch (error) {
      if (error instanceof LayoutError) problems.add(error.message);
      else if (error instanceof PhysicsError) problems.add(`${error.message}; ${error.hint}`);
      else throw error;
      continue;
    }
    for (const { name, pose } of world.scene.props) {
      const now = world.prop(name)?.pose.position ?? pose.position;
      if (distance(now, pose.position) > FALLEN_M) {
        warnings.add(
          `"${name}" does not stay where it is put, as on seed ${seed}: it falls over, down or out of something`,
        );
      }
      const [x, y] = now;
      if (task.robot.arms === 1 && Math.sqrt(x * x + y * y) > FARTHEST_M) {
        warnings.add(
          `"${name}" can start out of reach, as on seed ${seed}: keep it within ${FARTHEST_M} m of the base`,
        );
      }
    }
    if (!world.propsRest) warnings.add(`on seed ${seed} something still moves when the trial begins`);
    if (holds(world, task.goal)) solved += 1;
    world.dispose();
  }
  if (solved > 0) warnings.add(`on ${solved} of ${seeds.length} seeds the goal holds before anything was done`);
  return { problems: [...problems], warnings: [...warnings] };
}
