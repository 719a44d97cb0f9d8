// Every shipped task is done by its expert, and the same trials give the same trace on one worker and on two.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
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

/** Fixed, as a trial of a seed is the same for ever: what passes here once passes until the code changes. */
const SEED0 = '0';
/**
 * Tasks tried at S2 besides, and tasks repeated on one worker at S2 and S3: drawn anew in every run, as all of them take
 * half an hour. CAPSTAN_TEST_ALL=1 runs every one.
 */
const SAMPLE = process.env.CAPSTAN_TEST_ALL === '1' ? Number.POSITIVE_INFINITY : 8;
/** Trials of a core task at the tiers that the experts are written for; every other task and tier has one. */
const TRIALS = 5;
const MINUTES = 60_000;

interface Listed {
  readonly name: string;
  /** Tiers with a program of its own, and tiers that the generic expert can do. */
  readonly experts: readonly string[];
  readonly generic?: readonly string[];
}

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

/** Every task and tier that has an expert, as `capstan tasks` lists them. A tier S4 has the functions of S3. */
async function listed(): Promise<Record<'S1' | 'S2' | 'S3', string[]>> {
  const end = await home.run(['tasks', '--json']);
  expect(end.status, end.stderr).toBe(0);
  const tasks = JSON.parse(end.stdout) as Listed[];
  const withExpert = (tier: string) =>
    tasks.filter(({ experts, generic = [] }) => [...experts, ...generic].includes(tier)).map(({ name }) => name);
  return { S1: withExpert('S1'), S2: withExpert('S2'), S3: withExpert('S3') };
}

/** Some of these names, others in every run; the seed is printed by the runner. */
function drawn(names: readonly string[], count: number): readonly string[] {
  if (names.length <= count) return names;
  const random = createRandomStream(Number(process.env.CAPSTAN_TEST_SEED), 'experts tried');
  const left = [...names];
  return Array.from({ length: count }, () => left.splice(Math.floor(random.uniform(0, left.length)), 1)[0]);
}

describe('the experts', () => {
  test(
    'do the tasks that are listed for them, at every tier, with the same trace on one worker and on two',
    async () => {
      const tiers = await listed();
      expect(tiers.S1.length).toBeGreaterThan(40);
      for (const name of CORE) for (const tier of ['S1', 'S2', 'S3'] as const) expect(tiers[tier]).toContain(name);
      for (const tier of ['S1', 'S2', 'S3'] as const) {
        // The seven core tasks on five seeds where the issue asks for it, all else on one.
        const many = tier === 'S2' ? [] : CORE;
        const others = tiers[tier].filter((name) => !(many as readonly string[]).includes(name));
        const few = tier === 'S2' ? drawn(others, 2 * SAMPLE) : others;
        const runs = [
          ...(many.length > 0 ? [await bench(`${tier}-core`, many, tier, TRIALS, 2)] : []),
          await bench(`${tier}-others`, few, tier, 1, 2),
        ];
        const said = runs.map((run) => run.said).join('\n');
        const successes = successesOf(runs.flatMap(({ rows }) => rows));
        expect(Object.keys(successes).sort()).toEqual([...many, ...few].sort());
        const core = many.map((name) => successes[name]);
        const least = tier === 'S1' ? TRIALS - 1 : 3;
        for (const count of core) expect(count, said).toBeGreaterThanOrEqual(least);
        // From pixels a trial of one seed may fail; the full tables tell the share of each task.
        const missed = few.filter((name) => successes[name] === 0);
        expect(missed.length / few.length, `${tier} ${missed.join(', ')}\n${said}`).toBeLessThanOrEqual(
          { S1: 0.02, S2: 0.25, S3: 0.1 }[tier],
        );

        const again = tier === 'S1' ? [...many, ...few] : drawn([...many, ...few], SAMPLE);
        const alone = await bench(`${tier}-alone`, again, tier, 1, 1);
        expect(hashesOf(runs.flatMap(({ trials }) => trials))).toMatchObject(hashesOf(alone.trials));
      }
    },
    30 * MINUTES,
  );
});
