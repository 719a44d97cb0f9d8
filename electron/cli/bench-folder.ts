// Owns the folder of a benchmark: bench.json says what was asked, trials.jsonl holds one line per judged trial, written as
// they end. Whatever kills the command, every whole line counts. Must never mix trials of two different questions.

import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { AGENT_TIERS } from '../../skills/agent/modes.ts';
import { DIMENSIONS } from '../../skills/bench/comparison.ts';
import { type TrialRecord, trialKey, trialRecordSchema } from '../../skills/bench/trial-record.ts';
import { agentSettingsSchema } from '../session/agent-settings.ts';
import { INSTALLATION_ROOT } from '../session/installation.ts';
import { UsageError } from './command.ts';

const armSchema = z.object({
  task: z.string(),
  tier: z.enum(AGENT_TIERS),
  policy: z.string(),
  perturbation: z.string(),
  /** Name of the task, or the path of its file. */
  taskRef: z.string(),
  /** Of the task file; of the task of the first seed where tasks are drawn. */
  taskSha256: z.string(),
  instruction: z.string(),
  /** The program, from the folder on. */
  program: z.string(),
  programSha256: z.string(),
  /** Where a model writes the programs: who, and what it is told. */
  agent: agentSettingsSchema.optional(),
});

const askedSchema = z.object({
  capstan: z.string(),
  seed0: z.int().nonnegative(),
  trials: z.int().positive(),
  /** Path of the rig file; null for the simulated cell. */
  rig: z.string().nullable(),
  rigSha256: z.string(),
  compare: z.enum(DIMENSIONS).nullable(),
  stopEarly: z.boolean(),
  arms: z.array(armSchema).min(1),
});

const sittingSchema = z.object({
  startedAt: z.string(),
  gitCommit: z.string().nullable(),
  node: z.string(),
  machine: z.object({ platform: z.string(), arch: z.string(), cpu: z.string(), cores: z.int(), memoryGiB: z.number() }),
  workers: z.int(),
  command: z.array(z.string()),
});

export const benchInfoSchema = z.object({
  format: z.literal('capstan-bench/1'),
  asked: askedSchema,
  /** One for each time the command worked on this folder. */
  sittings: z.array(sittingSchema),
});

export type BenchArm = Readonly<z.infer<typeof armSchema>>;
export type BenchAsked = Readonly<z.infer<typeof askedSchema>>;
export type BenchSitting = Readonly<z.infer<typeof sittingSchema>>;
export type BenchInfo = Readonly<z.infer<typeof benchInfoSchema>>;

const INFO_FILE = 'bench.json';
const TRIALS_FILE = 'trials.jsonl';
/** What has been written reaches the disk at the latest after this long, milliseconds. */
const SYNC_MS = 1000;

/** This machine, now. */
export function sittingNow(workers: number): BenchSitting {
  const processors = cpus();
  return {
    startedAt: new Date().toISOString(),
    gitCommit: gitCommit(),
    node: process.version,
    machine: {
      platform: platform(),
      arch: arch(),
      cpu: processors[0]?.model ?? 'unknown',
      cores: processors.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    workers,
    command: process.argv.slice(2),
  };
}

/** The commit of this installation, with "+changes" where files differ from it; null without git. */
function gitCommit(): string | null {
  const git = (...words: string[]) =>
    spawnSync('git', ['-C', INSTALLATION_ROOT, ...words], { encoding: 'utf8', timeout: 5000 });
  const head = git('rev-parse', 'HEAD');
  if (head.status !== 0) return null;
  const changed = git('status', '--porcelain', '--untracked-files=no');
  return `${head.stdout.trim()}${changed.stdout.trim() === '' ? '' : '+changes'}`;
}

/** A folder whose results are read. @throws UsageError when it is none */
export function readBenchFolder(folder: string): { readonly info: BenchInfo; readonly trials: readonly TrialRecord[] } {
  const info = readInfo(folder);
  if (info === undefined) {
    throw new UsageError(
      `${folder} holds no results: there is no ${INFO_FILE}; name a folder that "bench --out" has written`,
    );
  }
  return { info, trials: readTrials(folder).trials };
}

/**
 * Trials written into a folder, one line each. Opening the folder of an earlier command goes on with it.
 */
export class TrialLog {
  /** What earlier sittings have finished. */
  readonly earlier: readonly TrialRecord[];
  readonly info: BenchInfo;
  readonly #file: number;
  #syncedMs = 0;
  #unsynced = false;

  private constructor(file: number, info: BenchInfo, earlier: readonly TrialRecord[]) {
    this.#file = file;
    this.info = info;
    this.earlier = earlier;
  }

  /**
   * @param mode 'fresh' refuses a folder that holds results; 'resume' goes on where they are, and begins where there are none
   * @throws UsageError when the folder holds results of another question, or any in a fresh one
   */
  static open(folder: string, asked: BenchAsked, sitting: BenchSitting, mode: 'fresh' | 'resume'): TrialLog {
    mkdirSync(folder, { recursive: true });
    const before = readInfo(folder);
    if (before !== undefined && mode === 'fresh') {
      throw new UsageError(
        `--out: ${folder} holds the results of an earlier benchmark; add --resume to go on with it, or name another folder`,
      );
    }
    const differences = before === undefined ? [] : differencesOf(before.asked, asked);
    if (differences.length > 0) {
      throw new UsageError(
        `--resume: ${folder} was begun with another question:\n${differences.map((text) => `  ${text}`).join('\n')}\nask the same, or name another folder with --out`,
      );
    }
    const info: BenchInfo = {
      format: 'capstan-bench/1',
      asked,
      sittings: [...(before?.sittings ?? []), sitting],
    };
    writeFileSync(join(folder, INFO_FILE), `${JSON.stringify(info, null, 2)}\n`);
    const path = join(folder, TRIALS_FILE);
    if (before === undefined) writeFileSync(path, '');
    const { trials, wholeBytes } = readTrials(folder);
    if (existsSync(path)) truncateSync(path, wholeBytes);
    return new TrialLog(openSync(path, 'a'), info, trials);
  }

  append(trial: TrialRecord): void {
    writeSync(this.#file, `${JSON.stringify(trial)}\n`);
    this.#unsynced = true;
    const nowMs = performance.now();
    if (nowMs - this.#syncedMs < SYNC_MS) return;
    this.#syncedMs = nowMs;
    this.#sync();
  }

  close(): void {
    this.#sync();
    closeSync(this.#file);
  }

  #sync(): void {
    if (!this.#unsynced) return;
    fsyncSync(this.#file);
    this.#unsynced = false;
  }
}

function readInfo(folder: string): BenchInfo | undefined {
  const path = join(folder, INFO_FILE);
  if (!existsSync(path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new UsageError(`${path} is damaged: it is no JSON; the trials beside it cannot be told apart any more`);
  }
  const parsed = benchInfoSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`${path} was not written by this version: ${issue.path.join('.')}: ${issue.message}`);
}

/** Whole lines; the end of a file that a kill has torn is left out. */
function readTrials(folder: string): { trials: TrialRecord[]; wholeBytes: number } {
  const path = join(folder, TRIALS_FILE);
  if (!existsSync(path)) return { trials: [], wholeBytes: 0 };
  const bytes = readFileSync(path);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const trials = new Map<string, TrialRecord>();
  const lines = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  lines.forEach((line, index) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new UsageError(`${path}:${index + 1} is damaged: remove this line, and --resume runs its trial again`);
    }
    const parsed = trialRecordSchema.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new UsageError(`${path}:${index + 1} is no trial: ${issue.path.join('.')}: ${issue.message}`);
    }
    const key = trialKey(parsed.data);
    if (!trials.has(key)) trials.set(key, parsed.data);
  });
  return { trials: [...trials.values()], wholeBytes };
}

/** What is asked now and was asked differently before, in words. */
function differencesOf(before: BenchAsked, now: BenchAsked): string[] {
  const differences: string[] = [];
  const note = (what: string, was: unknown, is: unknown) => {
    if (JSON.stringify(was) !== JSON.stringify(is))
      differences.push(`${what} was ${shown(was)}, now it is ${shown(is)}`);
  };
  note('the version of Capstan', before.capstan, now.capstan);
  note('--seed0', before.seed0, now.seed0);
  note('--trials', before.trials, now.trials);
  note('--rig', before.rig, now.rig);
  if (before.rig === now.rig && before.rigSha256 !== now.rigSha256) differences.push('the rig file has changed');
  note('--compare', before.compare, now.compare);
  note('--stop-early', before.stopEarly, now.stopEarly);
  const values = (asked: BenchAsked, key: 'task' | 'tier' | 'policy' | 'perturbation') => [
    ...new Set(asked.arms.map((arm) => arm[key])),
  ];
  note('--tasks', values(before, 'task').sort(), values(now, 'task').sort());
  note('--tiers', values(before, 'tier'), values(now, 'tier'));
  note('--policies', values(before, 'policy'), values(now, 'policy'));
  note('--perturb', values(before, 'perturbation'), values(now, 'perturbation'));
  if (differences.length > 0) return differences;
  for (const arm of now.arms) {
    const old = before.arms.find(
      ({ task, tier, policy, perturbation }) =>
        task === arm.task && tier === arm.tier && policy === arm.policy && perturbation === arm.perturbation,
    );
    if (old === undefined) continue;
    if (old.taskSha256 !== arm.taskSha256) differences.push(`the task ${arm.task} has changed`);
    if (old.programSha256 !== arm.programSha256) {
      differences.push(`the program ${arm.policy} for ${arm.task} at ${arm.tier} has changed`);
    }
  }
  return [...new Set(differences)];
}

function shown(value: unknown): string {
  if (value === null || value === false) return 'not given';
  if (value === true) return 'given';
  return Array.isArray(value) ? value.join(',') : String(value);
}
