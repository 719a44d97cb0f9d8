// Owns the figure of two workers against one: the same trials through the command people use, in turns, so that a
// drifting machine touches both alike.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledEntry } from '../../electron/session/installation.ts';
import type { Figure } from './figure.ts';

const TRIALS = 40;
/** One run with one worker and one with two, this many times. */
const TURNS = 2;

/** Keeps a command and its children on the first core. */
const ONE_CORE = ['taskset', '-c', '0'];

interface Run {
  readonly seconds: number;
  readonly simSeconds: number;
  readonly traceHash: string;
}

export async function measureWorkers(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-bench-'));
  const pinned = spawnSync('taskset', ['--version']).status === 0;
  try {
    const runs = Array.from({ length: TURNS }, (_, turn) => ({
      none: benchSeconds(join(folder, `none-${turn}`), 1, 1),
      one: benchSeconds(join(folder, `one-${turn}`), 1, TRIALS),
      two: benchSeconds(join(folder, `two-${turn}`), 2, TRIALS),
      alone: pinned ? benchSeconds(join(folder, `alone-${turn}`), 1, TRIALS, ONE_CORE) : undefined,
    }));
    const fastest = (which: 'none' | 'one' | 'two' | 'alone') =>
      Math.min(...runs.map((run) => run[which]?.seconds ?? Number.NaN));
    const same = new Set(runs.flatMap(({ one, two }) => [one.traceHash, two.traceHash])).size === 1;
    const [{ one }] = runs;
    return [
      {
        what: `two workers against one, ${TRIALS} trials, start-up apart`,
        value: (fastest('one') - fastest('none')) / (fastest('two') - fastest('none')),
        unit: 'x',
        note: 'less the time of the command with a single trial',
      },
      {
        what: `two workers against one, ${TRIALS} trials, start-up included`,
        value: fastest('one') / fastest('two'),
        unit: 'x',
        budget: { kind: 'at least', value: 1.8 },
        note: `${availableParallelism()} cores; same trace hash: ${same ? 'yes' : 'NO'}`,
      },
      {
        what: 'two workers on two cores against one worker on one',
        value: fastest('alone') / fastest('two'),
        unit: 'x',
        note: pinned
          ? 'a worker has a process for the programs beside it, and so uses more than one core where it can'
          : 'not measured: taskset is missing',
      },
      { what: 'the command with a single trial, start and check included', value: fastest('none'), unit: 's' },
      { what: 'simulated seconds per second, one worker', value: one.simSeconds / fastest('one'), unit: 'x' },
      { what: 'simulated seconds per second, two workers', value: one.simSeconds / fastest('two'), unit: 'x' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Wall time of the whole command. */
function benchSeconds(folder: string, workers: number, trials: number, prefix: readonly string[] = []): Run {
  const file = `${folder}.json`;
  const words = ['bench', '--tasks', 'cube-restack', '--trials', String(trials), '--workers', String(workers)];
  const started = performance.now();
  const [program, ...rest] = [...prefix, process.execPath, bundledEntry('capstan.js'), ...words];
  const { status, stderr } = spawnSync(program, [...rest, '--out', folder, '--json', file], { encoding: 'utf8' });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`capstan bench failed: ${stderr}`);
  const [{ simSeconds, traceHash }] = JSON.parse(readFileSync(file, 'utf8'));
  return { seconds, simSeconds, traceHash };
}
