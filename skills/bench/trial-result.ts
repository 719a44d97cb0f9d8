// Owns the form of a judged trial, as it crosses processes and is written to disk.

import { z } from 'zod';
import { STAGES } from '../api/errors.ts';

/** What a model used in one trial, or in all trials of a row. */
export const modelUseSchema = z.object({
  turns: z.int().nonnegative(),
  requests: z.int().nonnegative(),
  /** Input and output together. */
  tokens: z.int().nonnegative(),
});
export type ModelUse = Readonly<z.infer<typeof modelUseSchema>>;

export const trialResultSchema = z.object({
  seed: z.int().nonnegative(),
  success: z.boolean(),
  /** Where it failed; null for a success. A program that ended without reaching the goal failed at 'placement'. */
  stage: z.enum(STAGES).nullable(),
  message: z.string(),
  line: z.int().positive().optional(),
  hint: z.string().optional(),
  /** Share of the goal's parts that held, 0..1. */
  progress: z.number().min(0).max(1),
  calls: z.int().nonnegative(),
  /** SHA-256 of every tick and call, hexadecimal; empty when the trial crashed. */
  traceHash: z.string(),
  /** World time, seconds, the judge's wait included. */
  simSeconds: z.number(),
  /** Wall time of run and judgement without opening the world, seconds. */
  wallSeconds: z.number(),
  /** Wall time of opening the world and the sandbox, seconds. */
  openSeconds: z.number(),
  /** What the model calls of the trial cost, US dollars; absent where no model was called. */
  costUsd: z.number().nonnegative().optional(),
  /** Of the model that wrote the programs; absent where none did. */
  modelUse: modelUseSchema.optional(),
});

export type TrialResult = Readonly<z.infer<typeof trialResultSchema>>;

/**
 * The result of a trial that gave none: one whose worker died ('crash'), or that could not begin. A failure of its own
 * stage, never a missing row.
 * @param wallSeconds until that was noticed
 */
export function failedTrial(seed: number, stage: 'crash' | 'check', message: string, wallSeconds: number): TrialResult {
  return {
    seed,
    success: false,
    stage,
    message,
    progress: 0,
    calls: 0,
    traceHash: '',
    simSeconds: 0,
    wallSeconds,
    openSeconds: 0,
  };
}
