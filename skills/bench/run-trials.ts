// Owns the spread of trials over workers: each seed runs exactly once, whichever worker takes it, and a worker that
// dies costs its trial and is replaced. Knows nothing of processes: workers come in through a port.

import { crashedTrial, type TrialResult } from './trial-result.ts';

/** One place where trials run, one at a time. */
export interface TrialWorker {
  run(seed: number): Promise<TrialResult>;
  close(): Promise<void>;
}

export interface TrialsOptions {
  readonly seeds: readonly number[];
  readonly workers: number;
  /** Makes a worker; called again for one that died. */
  startWorker(): Promise<TrialWorker>;
  onResult(result: TrialResult, done: number, total: number): void;
}

/** Workers that die in a row without finishing a trial, before the whole run is given up. */
const MAX_DEATHS_IN_A_ROW = 5;

/**
 * Runs every seed.
 * @returns results in the order of the seeds
 * @throws the error of a worker that cannot be started, and Error after too many deaths in a row
 */
export async function runTrials(options: TrialsOptions, signal?: AbortSignal): Promise<TrialResult[]> {
  const { seeds, startWorker, onResult } = options;
  const results = new Map<number, TrialResult>();
  let next = 0;
  let deaths = 0;

  async function work(): Promise<void> {
    let worker = await startWorker();
    try {
      while (next < seeds.length) {
        signal?.throwIfAborted();
        const seed = seeds[next++];
        let result: TrialResult;
        try {
          result = await worker.run(seed);
          deaths = 0;
        } catch (error) {
          deaths += 1;
          if (deaths > MAX_DEATHS_IN_A_ROW) throw error;
          result = crashedTrial(seed, error instanceof Error ? error.message : String(error));
          await worker.close();
          worker = await startWorker();
        }
        results.set(seed, result);
        onResult(result, results.size, seeds.length);
      }
    } finally {
      await worker.close();
    }
  }

  const count = Math.max(1, Math.min(options.workers, seeds.length));
  const outcomes = await Promise.allSettled(Array.from({ length: count }, () => work()));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return seeds.map((seed) => results.get(seed) as TrialResult);
}
