// Owns the list of task families this installation ships.

import { TABLETOP_FAMILIES } from './tabletop/families.ts';
import type { TaskFamily } from './task-family.ts';

export const TASK_FAMILIES: readonly TaskFamily[] = [...TABLETOP_FAMILIES];
