// The spread of trials over workers, the summary of an arm, the estimate of the time left, and the folder that keeps it
// all: each with whatever can go wrong.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchAsked, readBenchFolder, sittingNow, TrialLog } from '../../electron/cli/bench-folder.ts';
import { createRandomStream } from '../../sim/random.ts';
import { benchRow } from '../../skills/bench/bench-row.ts';
import { runTrials, type TrialWorker } from '../../skills/bench/run-trials.ts';
import { durationInWords, TimeLeft } from '../../skills/bench/time-left.ts';
import type { TrialRecord } from '../../skills/bench/trial-record.ts';
import type { TrialResult } from '../../skills/bench/trial-result.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED);
const ARM = { task: 'cube-lift', tier: 'S1', policy: 'expert', perturbation: 'none' } as const;

function result(seed: number, changes: Partial<TrialResult> = {}): TrialResult {
  return {
    seed,
    success: true,
    stage: null,
    message: 'the goal holds',
    progress: 1,
    calls: 5,
    traceHash: `${seed}`.padStart(64, '0'),
    simSeconds: 3,
    wallSeconds: 0.2,
    openSeconds: 0.1,
    ...changes,
  };
}

interface Unit {
  readonly seed: number;
}

/** Workers that are plain functions; each trial ends after a turn of the event loop. */
function pool(run: (unit: Unit, worker: number) => TrialResult | Promise<TrialResult>) {
  const state = { started: 0, open: 0 };
  return {
    state,
    startWorker: async (): Promise<TrialWorker<Unit>> => {
      const worker = state.started++;
      state.open += 1;
      return {
        run: async (unit) => {
          await new Promise((resolve) => setImmediate(resolve));
          return run(unit, worker);
        },
        close: async () => {
          state.open -= 1;
        },
      };
    },
  };
}

async function runAll(
  count: number,
  workers: number,
  startWorker: () => Promise<TrialWorker<Unit>>,
  signal?: AbortSignal,
) {
  const results: TrialResult[] = [];
  let next = 0;
  await runTrials<Unit>(
    {
      next: () => (next < count ? { seed: next++ } : undefined),
      workers,
      startWorker,
      nowS: () => 0,
      onResult: (_unit, one) => results.push(one),
    },
    signal,
  );
  return results;
}

describe('trials over workers', () => {
  it('run each seed once, whatever the number of workers', async () => {
    for (const workers of [1, 2, 7, 40]) {
      const { state, startWorker } = pool((unit) => result(unit.seed));
      const results = await runAll(20, workers, startWorker);
      expect(results.map(({ seed }) => seed).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
      expect(state.started).toBeLessThanOrEqual(Math.min(workers, 20));
      expect(state.open).toBe(0);
    }
  });

  it('lose only the trial in which a worker dies, even if every second one does', async () => {
    const { state, startWorker } = pool((unit) => {
      if (unit.seed % 2 === 1) throw new Error('the worker process ended');
      return result(unit.seed);
    });
    const results = await runAll(30, 2, startWorker);
    expect(results).toHaveLength(30);
    const crashed = results.filter(({ stage }) => stage === 'crash');
    expect(crashed.map(({ seed }) => seed % 2)).toEqual(new Array(15).fill(1));
    expect(crashed[0]).toMatchObject({ success: false, message: 'the worker process ended', traceHash: '' });
    expect(state.open).toBe(0);
  });

  it('end after those that run when they are interrupted', async () => {
    const abort = new AbortController();
    const { state, startWorker } = pool((unit) => {
      if (unit.seed === 5) abort.abort();
      return result(unit.seed);
    });
    const results = await runAll(50, 2, startWorker, abort.signal);
    expect(results.length).toBeGreaterThanOrEqual(6);
    expect(results.length).toBeLessThanOrEqual(8);
    expect(state.open).toBe(0);
  });

  it('get a fresh worker from time to time, and still run each seed once', async () => {
    const { state, startWorker } = pool((unit) => result(unit.seed));
    const results = await runAll(901, 2, startWorker);
    expect(new Set(results.map(({ seed }) => seed)).size).toBe(901);
    expect(results).toHaveLength(901);
    expect(state.started).toBeGreaterThanOrEqual(5);
    expect(state.open).toBe(0);
  });

  it('try a start again, and give up when none succeeds', async () => {
    let attempts = 0;
    const { startWorker } = pool((unit) => result(unit.seed));
    const once = async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('out of memory');
      return startWorker();
    };
    expect(await runAll(4, 1, once)).toHaveLength(4);
    const never = async (): Promise<TrialWorker<Unit>> => {
      throw new Error('out of memory');
    };
    await expect(runAll(4, 2, never)).rejects.toThrow('out of memory');
  });
});

describe('the row of an arm', () => {
  it('has the same trace hash in whatever order the trials end, and another one for other motions', () => {
    const random = createRandomStream(SEED, 'row test');
    const results = Array.from({ length: 12 }, (_, seed) => result(seed));
    const shuffled = results
      .map((one) => ({ one, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
    expect(benchRow(ARM, shuffled, 2).traceHash).toBe(benchRow(ARM, results, 1).traceHash);
    expect(benchRow(ARM, [...results.slice(1), result(0, { traceHash: 'f'.repeat(64) })], 1).traceHash).not.toBe(
      benchRow(ARM, results, 1).traceHash,
    );
  });

  it('counts every trial once, with its stage, its time and its cost', () => {
    const row = benchRow(
      ARM,
      [
        result(0),
        result(1, { success: false, stage: 'grasp', costUsd: 0.25 }),
        result(2, { success: false, stage: 'crash' }),
      ],
      2,
    );
    expect(row).toMatchObject({
      trials: 3,
      successes: 1,
      failures: { grasp: 1, crash: 1 },
      seeds: [0, 1, 2],
      calls: 15,
    });
    expect(row.wallSeconds).toBeCloseTo(0.45, 12);
    expect(row.realTimeFactor).toBeCloseTo(20, 9);
    expect(row.costUsd).toBe(0.25);
    expect(benchRow(ARM, [result(0)], 1)).not.toHaveProperty('costUsd');
  });
});

describe('the time left', () => {
  it('keeps slow and fast kinds apart, and takes an unknown kind to be like the others', () => {
    const left = new TimeLeft();
    left.expect('fast', 10);
    left.expect('slow', 4);
    expect(left.seconds(1)).toBeUndefined();
    for (let i = 0; i < 5; i++) left.done('fast', 1);
    expect(left.seconds(1)).toBeCloseTo(5 + 4, 12);
    left.done('slow', 20);
    expect(left.seconds(1)).toBeCloseTo(5 + 60, 12);
    expect(left.seconds(2)).toBeCloseTo(32.5, 12);
    left.drop('slow', 3);
    expect(left.seconds(1)).toBeCloseTo(5, 12);
    expect([3.2, 200, 7800].map(durationInWords)).toEqual(['4 s', '3 min', '2 h 10 min']);
  });
});

describe('the folder of a benchmark', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'capstan-bench-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const asked: BenchAsked = {
    capstan: '0.1.0',
    seed0: 0,
    trials: 3,
    rig: null,
    rigSha256: 'r',
    compare: null,
    stopEarly: false,
    arms: [
      { ...ARM, taskRef: 'cube-lift', taskSha256: 't', instruction: 'Lift.', program: 'p.ts', programSha256: 'p' },
    ],
  };
  const record = (seed: number): TrialRecord => ({ ...ARM, ...result(seed) });
  const open = (mode: 'fresh' | 'resume', what: BenchAsked = asked) => TrialLog.open(folder, what, sittingNow(1), mode);

  it('gives back every whole line after the last one was torn, and goes on behind it', () => {
    const log = open('fresh');
    log.append(record(0));
    log.append(record(1));
    log.close();
    const path = join(folder, 'trials.jsonl');
    const whole = readFileSync(path, 'utf8');
    const line = JSON.stringify(record(2));
    for (let cut = 1; cut <= line.length; cut += 29) {
      writeFileSync(path, whole + line.slice(0, cut));
      expect(readBenchFolder(folder).trials.map(({ seed }) => seed)).toEqual([0, 1]);
    }
    const again = open('resume');
    expect(again.earlier.map(({ seed }) => seed)).toEqual([0, 1]);
    again.append(record(2));
    again.close();
    expect(readFileSync(path, 'utf8')).toBe(`${whole}${line}\n`);
    expect(readBenchFolder(folder).info.sittings).toHaveLength(2);
  });

  it('counts a trial once even if it stands there twice', () => {
    const log = open('fresh');
    for (const seed of [0, 1, 0]) log.append(record(seed));
    log.close();
    expect(open('resume').earlier.map(({ seed }) => seed)).toEqual([0, 1]);
  });

  it('names a damaged line in the middle, and what is wrong with one that is no trial', () => {
    open('fresh').close();
    const path = join(folder, 'trials.jsonl');
    appendFileSync(path, `${JSON.stringify(record(0))}\n{"task":\n${JSON.stringify(record(1))}\n`);
    expect(() => readBenchFolder(folder)).toThrow(/trials\.jsonl:2 is damaged/);
    writeFileSync(path, `${JSON.stringify({ ...record(0), stage: 'luck' })}\n`);
    expect(() => readBenchFolder(folder)).toThrow(/trials\.jsonl:1 is no trial: stage/);
  });

  it('is not used twice without being told to', () => {
    open('fresh').close();
    expect(() => open('fresh')).toThrow(/--resume/);
    expect(() => readBenchFolder(join(folder, 'nowhere'))).toThrow(/holds no results/);
  });

  const changes: readonly (readonly [what: string, changes: Partial<BenchAsked>, says: RegExp])[] = [
    ['seeds', { seed0: 5 }, /--seed0 was 0, now it is 5/],
    ['number of trials', { trials: 9 }, /--trials was 3, now it is 9/],
    ['version', { capstan: '0.2.0' }, /version of Capstan was 0\.1\.0, now it is 0\.2\.0/],
    ['rig', { rigSha256: 'other' }, /the rig file has changed/],
    ['tier', { arms: [{ ...asked.arms[0], tier: 'S3' }] }, /--tiers was S1, now it is S3/],
    [
      'program',
      { arms: [{ ...asked.arms[0], programSha256: 'x' }] },
      /the program expert for cube-lift at S1 has changed/,
    ],
    ['task file', { arms: [{ ...asked.arms[0], taskSha256: 'x' }] }, /the task cube-lift has changed/],
    ['comparison', { compare: 'tiers' }, /--compare was not given, now it is tiers/],
  ];
  for (const [what, change, says] of changes) {
    it(`is not gone on with after another question, and names it: ${what}`, () => {
      open('fresh').close();
      expect(() => open('resume', { ...asked, ...change })).toThrow(says);
    });
  }
});
