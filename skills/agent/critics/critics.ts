// Owns the list of critics. A new one is a file of its own and one line here.

import type { Critic } from './trace.ts';

export const CRITICS: readonly Critic[] = [];
