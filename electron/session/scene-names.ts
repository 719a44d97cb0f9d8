// Owns the names of a scene that tier S1 may know before it looks. Must never be shown to another tier.

import { drawScene } from '../../sim/tasks/layout.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';

/** Names a program may ask for at tier S1: things, their features, and marks. */
export function objectNames(task: Task, seed: number): string[] {
  const { props, fixtures, marks = [] } = drawScene(task, seed);
  const features = [...props, ...fixtures].flatMap(({ features = [] }) => features);
  return [...props, ...features, ...marks].map(({ name }) => name);
}
