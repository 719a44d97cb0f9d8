// Owns the list of critics. A new one is a file of its own and one line here.

import { FAST_NEAR_SURFACE } from './fast-near-surface.ts';
import { JOINT_NEAR_LIMIT } from './joint-near-limit.ts';
import { NEAR_KEEP_OUT } from './near-keep-out.ts';
import { TIGHT_GRASP } from './tight-grasp.ts';
import { TILT_WHILE_CARRYING } from './tilt-while-carrying.ts';
import type { Critic, Finding, PreviewTrace } from './trace.ts';
import { WRIST_FLIP } from './wrist-flip.ts';

export const CRITICS: readonly Critic[] = [
  FAST_NEAR_SURFACE,
  WRIST_FLIP,
  TIGHT_GRASP,
  TILT_WHILE_CARRYING,
  NEAR_KEEP_OUT,
  JOINT_NEAR_LIMIT,
];

/** What the named critics find; all of them unless some are named. */
export function criticise(trace: PreviewTrace, names?: readonly string[]): readonly Finding[] {
  return CRITICS.filter(({ name }) => names === undefined || names.includes(name))
    .flatMap((critic) => critic.judge(trace))
    .sort((a, b) => a.timeS - b.timeS);
}
