// Owns the worker processes of `capstan bench`: started in a session of their own, so that Ctrl-C reaches the command and
// not a trial, and killed when a trial takes longer than any trial may.

import { fork } from 'node:child_process';
import type { TrialWorker } from '../../skills/bench/run-trials.ts';
import { failedTrial, type TrialResult } from '../../skills/bench/trial-result.ts';
import { BENCH_CONTRACT } from '../ipc/bench-contract.ts';
import { channelToChild } from '../ipc/process-channel.ts';
import { connect, type Params, RemoteError } from '../ipc/rpc.ts';
import { bundledEntry } from '../session/installation.ts';

export type WorkerSetup = Params<typeof BENCH_CONTRACT, 'configure'>;

/** A trial as a worker gets it, and how long it may take. */
export interface WorkerTrial {
  readonly seed: number;
  /** What it runs; made when its turn comes. @throws when there is no such task or program */
  input(): Promise<Params<typeof BENCH_CONTRACT, 'trial'>>;
  /** Wall time after which the worker is taken to hang, seconds. */
  readonly limitS: number;
}

/** A worker that has been asked to end gets this long, milliseconds. */
const CLOSE_MS = 5000;
/** Loading the engine takes a second or two; a worker that needs longer than this is broken, seconds. */
const START_LIMIT_S = 120;

/** A worker that loads its engine and its sandbox while it is not yet known what will run. */
export interface LoadingWorker {
  /** @throws when it does not start; it is gone then */
  configure(setup: WorkerSetup): Promise<TrialWorker<WorkerTrial>>;
  /** Ends one that is not needed. */
  drop(): void;
}

export function forkTrialWorker(): LoadingWorker {
  const child = fork(bundledEntry('bench-worker.js'), [], {
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'],
    detached: true,
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const client = connect(BENCH_CONTRACT, channelToChild(child, 'trial worker'), {});
  const close = async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    if (child.connected) child.disconnect();
    const force = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
    await gone;
    clearTimeout(force);
  };
  /** Waits for an answer, but not for ever: a hung process is killed, and its end fails the request. */
  const within = async <T>(limitS: number, answer: Promise<T>, late: string): Promise<T> => {
    let killed = false;
    const watchdog = setTimeout(() => {
      killed = true;
      child.kill('SIGKILL');
    }, limitS * 1000);
    try {
      return await answer;
    } catch (error) {
      if (killed) throw new Error(late);
      if (error instanceof RemoteError && error.code === 'PROCESS_GONE') {
        throw new Error(
          `the worker process ended in the middle of it (${child.signalCode ?? `exit code ${child.exitCode}`})`,
        );
      }
      throw error;
    } finally {
      clearTimeout(watchdog);
    }
  };
  const worker: TrialWorker<WorkerTrial> = {
    run: async ({ seed, input, limitS }): Promise<TrialResult> => {
      let trial: Awaited<ReturnType<typeof input>>;
      try {
        trial = await input();
      } catch (error) {
        // The worker has not seen it and stays.
        return failedTrial(seed, 'check', error instanceof Error ? error.message : String(error), 0);
      }
      return within(
        limitS,
        client.request('trial', trial),
        `the trial did not end within ${limitS.toFixed(0)} s of wall time, and its worker was killed`,
      );
    },
    close,
  };
  return {
    configure: async (setup) => {
      try {
        await within(
          START_LIMIT_S,
          client.request('configure', setup),
          `the worker did not start within ${START_LIMIT_S} s`,
        );
      } catch (error) {
        await close();
        throw error;
      }
      return worker;
    },
    // It may not listen yet; its sandbox sees that it is gone.
    drop: () => void child.kill('SIGKILL'),
  };
}
