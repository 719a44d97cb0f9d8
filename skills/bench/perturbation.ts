// Owns which changes of a task a benchmark can ask for.

import { PERTURBATION_KINDS } from '../../sim/tasks/perturb.ts';

/** 'none' runs the task as it is. */
export const PERTURBATIONS = ['none', ...PERTURBATION_KINDS] as const;

export type Perturbation = (typeof PERTURBATIONS)[number];
