// Owns the spread of trials over workers: each unit runs exactly once, whichever worker takes it, and a worker that dies
// costs its trial and is replaced. Knows nothing of processes: workers come in through a port.

import { failedTrial, type TrialResult } from './trial-result.ts';

/** One place where trials run, one at a time. */
export interface TrialWorker<Unit> {
  /** @throws when the worker died, hung or broke: the trial counts as crashed and the worker is replaced */
  run(unit: Unit): Promise<TrialResult>;
  close(): Promise<void>;
}

export interface TrialsOptions<Unit> {
  /** The next trial to run; undefined when there is none left. */
  next(): Unit | undefined;
  readonly workers: number;
  /** Makes a worker; called again for one that died. */
  startWorker(): Promise<TrialWorker<Unit>>;
  onResult(unit: Unit, result: TrialResult): void;
  /** Clock for the time a crashed trial took, seconds. */
  nowS(): number;
}

/** Starts of workers in a row that may fail before the run is given up: a machine can be out of memory for a moment. */
const MAX_FAILED_STARTS = 3;

/**
 * A worker is replaced after this many trials. Engines and compilers keep a little of everything they have seen; over
 * thousands of trials that becomes a gigabyte, and a fresh start takes a second.
 */
const TRIALS_PER_WORKER = 200;

/**
 * Runs every unit, or those that were begun when the signal came.
 * @throws the error of a worker that cannot be started, after the trials of the others have ended
 */
export async function runTrials<Unit extends { readonly seed: number }>(
  options: TrialsOptions<Unit>,
  signal?: AbortSignal,
): Promise<void> {
  const { onResult, nowS } = options;
  let givenUp = false;
  const next = () => (signal?.aborted || givenUp ? undefined : options.next());

  async function work(): Promise<void> {
    let worker: TrialWorker<Unit> | undefined;
    let ran = 0;
    try {
      // A worker is started for a trial, so that few trials start few workers.
      for (let unit = next(); unit !== undefined; unit = next()) {
        if (worker !== undefined && ran >= TRIALS_PER_WORKER) {
          await worker.close();
          worker = undefined;
        }
        if (worker === undefined) {
          worker = await started(options.startWorker);
          ran = 0;
        }
        ran += 1;
        const beganS = nowS();
        let result: TrialResult;
        try {
          result = await worker.run(unit);
        } catch (error) {
          result = failedTrial(
            unit.seed,
            'crash',
            error instanceof Error ? error.message : String(error),
            nowS() - beganS,
          );
          await worker.close();
          worker = undefined;
        }
        onResult(unit, result);
      }
    } catch (error) {
      givenUp = true;
      throw error;
    } finally {
      await worker?.close();
    }
  }

  const outcomes = await Promise.allSettled(Array.from({ length: options.workers }, () => work()));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function started<Worker>(start: () => Promise<Worker>): Promise<Worker> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === MAX_FAILED_STARTS) throw error;
    }
  }
}
