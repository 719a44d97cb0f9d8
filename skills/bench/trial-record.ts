// Owns what a trial is called: the task, tier, policy and perturbation it belongs to, and its line in trials.jsonl.

import { z } from 'zod';
import { trialResultSchema } from './trial-result.ts';

/** What a trial runs, apart from its seed. All trials of one arm make one row of the results. */
export interface Arm {
  readonly task: string;
  readonly tier: string;
  /** 'expert', or the path of a program. */
  readonly policy: string;
  /** 'none', or how the task was changed. */
  readonly perturbation: string;
}

export const trialRecordSchema = z.object({
  task: z.string(),
  tier: z.string(),
  policy: z.string(),
  perturbation: z.string(),
  ...trialResultSchema.shape,
});

/** One judged trial with its arm: one line of trials.jsonl. */
export type TrialRecord = Readonly<z.infer<typeof trialRecordSchema>>;

/** The same text for the same arm, and only for it. */
export function armKey({ task, tier, policy, perturbation }: Arm): string {
  return JSON.stringify([task, tier, policy, perturbation]);
}

/** The same text for the same trial, and only for it. */
export function trialKey(trial: Arm & { readonly seed: number }): string {
  return `${armKey(trial)} ${trial.seed}`;
}

/** Name of a program for people: a path without its folders. */
export function policyName(policy: string): string {
  return policy.split(/[\\/]/).pop() ?? policy;
}

/**
 * An arm in words, without what goes without saying: "cube-lift S1", "cube-lift S3 lift.ts, position".
 */
export function armName({ task, tier, policy, perturbation }: Arm): string {
  const program = policy === 'expert' ? '' : ` ${policyName(policy)}`;
  return `${task} ${tier}${program}${perturbation === 'none' ? '' : `, ${perturbation}`}`;
}
