// Owns which changes of a task a benchmark can ask for, and the one place where they are made.

import type { Task } from '../../sim/tasks/task-schema.ts';

/** 'none' runs the task as it is. */
export const PERTURBATIONS = ['none'] as const;

export type Perturbation = (typeof PERTURBATIONS)[number];

/** The task of a trial. The same three give the same task everywhere. */
export function perturbed(task: Task, _perturbation: Perturbation, _seed: number): Task {
  return task;
}
