// Every shipped task is done by its expert, and the same trials give the same trace on one worker and on two.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hasGenericExpert, hasOwnExpert, openTask, taskNames } from '../../electron/session/installation.ts';
import type { BenchRow } from '../../skills/bench/bench-row.ts';
import { CommandHome } from './capstan-command.ts';

const home = new CommandHome();
afterAll(() => home.remove());

/** The tasks of CaP-X. */
const CORE = [
  'cube-lift',
  'cube-stack',
  'cube-restack',
  'nut-assembly',
  'spill-wipe',
  'two-arm-lift',
  'two-arm-handover',
] as const;

/** A law to be written at 50 Hz: its functions begin at tier S3. */
const LOW_LEVEL = 'impedance-press';

/** Fixed, as a trial of a seed is the same for ever: what passes here once passes until the code changes. */
const SEED0 = '0';
const TRIALS = 5;
const MINUTES = 60_000;

interface Trial {
  readonly task: string;
  readonly tier: string;
  readonly seed: number;
  readonly traceHash: string;
}

async function bench(name: string, tasks: readonly string[], tier: string, trials: number, workers: number) {
  const out = join(home.folder, name);
  const words = ['bench', '--tasks', tasks.join(','), '--tier', tier, '--policy', 'expert', '--trials', String(trials)];
  const end = await home.run([...words, '--seed0', SEED0, '--workers', String(workers), '--out', out, '--json']);
  expect(end.status, end.stderr).toBe(0);
  const records = readFileSync(join(out, 'trials.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line): Trial => JSON.parse(line));
  return { rows: JSON.parse(end.stdout) as BenchRow[], trials: records, said: end.stderr };
}

function successesOf(rows: readonly BenchRow[]): Record<string, number> {
  return Object.fromEntries(rows.map(({ task, successes }) => [task, successes]));
}

function hashesOf(trials: readonly Trial[]): Record<string, string> {
  return Object.fromEntries(trials.map(({ task, tier, seed, traceHash }) => [`${task} ${tier} ${seed}`, traceHash]));
}

describe('the experts', () => {
  test(
    `do every shipped task with ground truth on ${TRIALS} seeds, with the same trace on one worker`,
    async () => {
      const tasks = taskNames().filter((name) => name !== LOW_LEVEL);
      const { rows, trials, said } = await bench('s1', tasks, 'S1', TRIALS, 2);
      const successes = successesOf(rows);
      expect(Object.keys(successes).sort()).toEqual([...tasks].sort());
      const failing = Object.entries(successes).filter(([, count]) => count < TRIALS - 1);
      expect(failing, said).toEqual([]);
      const all = Object.values(successes).reduce((sum, count) => sum + count, 0);
      expect(all / (TRIALS * tasks.length), said).toBeGreaterThanOrEqual(0.95);

      const alone = await bench('s1-alone', tasks, 'S1', 1, 1);
      expect(hashesOf(trials)).toMatchObject(hashesOf(alone.trials));
    },
    15 * MINUTES,
  );

  test(
    `do the seven core tasks from pixels on ${TRIALS} seeds, with the same trace on one worker`,
    async () => {
      const tasks = [...CORE, LOW_LEVEL];
      const { rows, trials, said } = await bench('s3', tasks, 'S3', TRIALS, 2);
      const successes = Object.values(successesOf(rows));
      expect(Math.min(...successes), said).toBeGreaterThanOrEqual(3);
      const all = successes.reduce((sum, count) => sum + count, 0);
      expect(all / (TRIALS * tasks.length), said).toBeGreaterThanOrEqual(0.85);

      const alone = await bench('s3-alone', tasks, 'S3', 1, 1);
      expect(hashesOf(trials)).toMatchObject(hashesOf(alone.trials));
    },
    15 * MINUTES,
  );

  test(
    'do every task that is only a file from pixels too, with the program that reads its goal',
    async () => {
      const tasks = taskNames().filter(
        (name) => !hasOwnExpert(name, 'S1') && hasGenericExpert(openTask(name).taskFor(0).task, 'S3'),
      );
      expect(tasks.length).toBeGreaterThanOrEqual(12);
      const { rows, said } = await bench('files-s3', tasks, 'S3', 2, 2);
      const all = Object.values(successesOf(rows)).reduce((sum, count) => sum + count, 0);
      expect(all / (2 * tasks.length), said).toBeGreaterThanOrEqual(0.9);
    },
    15 * MINUTES,
  );

  test(
    'see the same in every run of the tiers that look',
    async () => {
      const first = await bench('s2', ['cube-stack'], 'S2', 2, 2);
      const second = await bench('s2-alone', ['cube-stack'], 'S2', 2, 1);
      expect(hashesOf(second.trials)).toEqual(hashesOf(first.trials));
      expect(successesOf(first.rows)).toEqual({ 'cube-stack': 2 });
    },
    10 * MINUTES,
  );
});
