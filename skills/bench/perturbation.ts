// Owns which changes of a task a benchmark can ask for, and the one place where they are made.

import { PERTURBATION_KINDS, perturbTask } from '../../sim/tasks/perturb.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';

/** 'none' runs the task as it is. */
export const PERTURBATIONS = ['none', ...PERTURBATION_KINDS] as const;

export type Perturbation = (typeof PERTURBATIONS)[number];

/**
 * The task of a trial. The same three give the same task everywhere.
 * @throws PerturbationError when the task does not define what is needed
 */
export function perturbed(task: Task, perturbation: Perturbation, seed: number): Task {
  return perturbation === 'none' ? task : perturbTask(task, perturbation, seed);
}
