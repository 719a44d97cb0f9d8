// Owns `capstan report`: the page of a folder of results, with pictures of the trials that failed.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { voiceInWords } from '../../skills/agent/voices.ts';
import { benchRow } from '../../skills/bench/bench-row.ts';
import { armPairs, comparisonsOf, DIMENSIONS, reachInWords } from '../../skills/bench/comparison.ts';
import { reportPage } from '../../skills/bench/report/page.ts';
import type { ReportData, ReportFailure } from '../../skills/bench/report/report-data.ts';
import { EarlyStop } from '../../skills/bench/trial-queue.ts';
import { type Arm, armKey, policyName, type TrialRecord } from '../../skills/bench/trial-record.ts';
import { ENSEMBLE_NOTE, type EnsembleSettings } from '../session/agent-settings.ts';
import { type BenchArm, type BenchInfo, readBenchFolder } from './bench-folder.ts';
import { type PlannedArm, planAgain } from './bench-plan.ts';
import { Progress } from './bench-progress.ts';
import { type Command, tell, UsageError, wholeNumber } from './command.ts';
import { FailureArtist } from './failure-pictures.ts';
import { ProgramChecks } from './program-checks.ts';

export const REPORT_COMMAND: Command = {
  name: 'report',
  usage: 'DIR',
  summary: 'writes one HTML page about a folder of results: rates, comparisons, failures with pictures, times',
  options: {
    out: { type: 'string', value: 'FILE', help: 'the page (default: report.html in the folder)' },
    pictures: { type: 'string', value: 'N', help: 'failures that are run again and drawn', default: '12' },
  },
  run: async (input) => {
    const [folder, ...more] = input.words;
    if (folder === undefined || more.length > 0)
      throw new UsageError('name one folder of results, as in: capstan report results');
    const pictures = wholeNumber('pictures', input.text('pictures') ?? '', 0, 1000);
    const { info, trials } = readBenchFolder(folder);
    if (trials.length === 0) throw new UsageError(`no trial of ${folder} has ended yet; there is nothing to report`);
    const data = await reportData(folder, info, trials, pictures);
    const out = resolve(input.text('out') ?? join(folder, 'report.html'));
    writeFileSync(out, reportPage(data));
    tell(`report: ${out}`);
    return 0;
  },
};

/** Bytes of pictures after which no more are put into the page. */
const PICTURE_BYTES = 12_000_000;
/** Failures listed at all. */
const LISTED = 400;

async function reportData(
  folder: string,
  info: BenchInfo,
  allTrials: readonly TrialRecord[],
  pictures: number,
): Promise<ReportData> {
  const { asked } = info;
  const seeds = Array.from({ length: asked.trials }, (_, index) => asked.seed0 + index);
  const trialsOf = countedTrials(info, allTrials, seeds);
  const workers = Math.max(1, ...info.sittings.map((sitting) => sitting.workers));
  const rows = asked.arms.flatMap((arm) => {
    const mine = trialsOf(arm);
    return mine.length === 0 ? [] : [benchRow(arm, mine, Math.min(workers, asked.arms.length * asked.trials))];
  });
  const trials = asked.arms.flatMap(trialsOf);
  const comparisons = DIMENSIONS.flatMap((by) => {
    const rule = asked.compare === by && asked.stopEarly ? 'anytime' : 'fixed';
    const list = comparisonsOf(asked.arms, trialsOf, by, rule).filter(({ pairs }) => pairs > 0);
    return list.length === 0 ? [] : [{ title: TITLES[by], reach: reachInWords(asked.trials), list }];
  });
  const { failures, note } = await drawFailures(folder, info, trials, pictures);
  return {
    title: basename(resolve(folder)),
    writtenAt: new Date().toISOString().slice(0, 16).replace('T', ' '),
    facts: factsOf(info, trials),
    tasks: [...new Map(asked.arms.map(({ task, instruction }) => [task, instruction]))].map(([name, instruction]) => ({
      name,
      instruction,
    })),
    programs: programsOf(folder, asked.arms),
    rows,
    trials,
    asked: asked.stopEarly ? trials.length : asked.arms.length * asked.trials,
    comparisons,
    failures,
    failuresNote: note,
  };
}

const TITLES = {
  tiers: 'Tiers',
  policies: 'Programs',
  perturbations: 'The task as it is against the task as changed',
} as const;

/** The trials of an arm that count: all of them, or those up to the seed at which its comparisons ended. */
function countedTrials(info: BenchInfo, trials: readonly TrialRecord[], seeds: readonly number[]) {
  const { compare, stopEarly, arms } = info.asked;
  const early = compare !== null && stopEarly ? new EarlyStop(armPairs(arms, compare), seeds) : null;
  const byArm = new Map<string, TrialRecord[]>();
  for (const trial of [...trials].sort((a, b) => a.seed - b.seed)) {
    early?.observe(trial, trial.seed, trial.success);
    byArm.set(armKey(trial), [...(byArm.get(armKey(trial)) ?? []), trial]);
  }
  return (arm: Arm): TrialRecord[] => {
    const last = early?.lastSeed(arm) ?? null;
    return (byArm.get(armKey(arm)) ?? []).filter(({ seed }) => last === null || seed <= last);
  };
}

function factsOf({ asked, sittings }: BenchInfo, trials: readonly TrialRecord[]): [string, string][] {
  const [first] = sittings;
  const last = asked.seed0 + asked.trials - 1;
  const facts: [string, string][] = [
    ['version', `Capstan ${asked.capstan}`],
    ['seeds', `${asked.seed0} to ${last}`],
    ['trials', `${trials.length} in ${asked.arms.length} rows`],
  ];
  if (asked.rig !== null) facts.push(['rig', asked.rig]);
  for (const { policy, agent } of asked.arms) {
    if (agent?.ensemble === undefined || facts.some(([, text]) => text.startsWith(`${policy}:`))) continue;
    const voices = agent.ensemble.voices.map(voiceInWords).join(', ');
    facts.push(['ensemble', `${policy}: ${voices}; ${ENSEMBLE_NOTE}`]);
  }
  if (asked.stopEarly) facts.push(['early stop', `comparing ${asked.compare}; trials beyond the stop do not count`]);
  if (first !== undefined) {
    const { cpu, cores, memoryGiB, platform, arch } = first.machine;
    facts.push(['machine', `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform} ${arch}, Node ${first.node}`]);
  }
  sittings.forEach(({ startedAt, gitCommit, command, workers }, index) => {
    const label = sittings.length === 1 ? 'run' : `run ${index + 1}`;
    const when = startedAt.slice(0, 16).replace('T', ' ');
    facts.push([
      label,
      `${when} UTC, commit ${gitCommit ?? 'unknown'}, ${workers} workers: capstan ${command.map(quoted).join(' ')}`,
    ]);
  });
  return facts;
}

function programsOf(folder: string, arms: readonly BenchArm[]): ReportData['programs'] {
  const programs = new Map<string, ReportData['programs'][number]>();
  for (const { task, tier, policy, program, programSha256 } of arms) {
    const path = join(folder, program);
    if (programs.has(programSha256) || !existsSync(path)) continue;
    const name = policy === 'expert' ? `${task} ${tier}, expert` : policyName(policy);
    programs.set(programSha256, { name, sha256: programSha256, source: readFileSync(path, 'utf8') });
  }
  return [...programs.values()];
}

async function drawFailures(
  folder: string,
  info: BenchInfo,
  trials: readonly TrialRecord[],
  pictures: number,
): Promise<{ failures: ReportFailure[]; note: string }> {
  const failed = trials.filter(({ success }) => !success);
  const chosen = spread(failed.filter(({ stage }) => stage !== 'crash')).slice(0, pictures);
  const drawings = await drawTrials(folder, info, chosen);
  let bytes = 0;
  let drawn = 0;
  const failures = failed.slice(0, LISTED).map((trial): ReportFailure => {
    const arm = info.asked.arms.find((one) => armKey(one) === armKey(trial));
    const source = arm === undefined ? undefined : sourceLineOf(join(folder, arm.program), trial.line);
    let picture = drawings.get(trial) ?? 'not drawn';
    if (typeof picture !== 'string') {
      bytes += picture.clipPng.length + picture.stillPng.length;
      if (bytes > PICTURE_BYTES) picture = 'left out: the page would become too large';
      else drawn += 1;
    }
    return { trial, command: commandOf(folder, info, trial, arm), sourceLine: source, pictures: picture };
  });
  const listed = failed.length > failures.length ? `; the first ${failures.length} are listed` : '';
  return { failures, note: `${failed.length} failures, ${drawn} of them with pictures${listed}.` };
}

/** First one failure of every row and stage, then a second one of each, and so on. */
function spread(failed: readonly TrialRecord[]): TrialRecord[] {
  const seen = new Map<string, number>();
  const turns = failed.map((trial) => {
    const kind = `${armKey(trial)} ${trial.stage}`;
    const turn = seen.get(kind) ?? 0;
    seen.set(kind, turn + 1);
    return { trial, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map(({ trial }) => trial);
}

/** Runs trials again and draws them; what cannot be drawn says why. */
async function drawTrials(
  folder: string,
  info: BenchInfo,
  trials: readonly TrialRecord[],
): Promise<Map<TrialRecord, ReportFailure['pictures']>> {
  const drawings = new Map<TrialRecord, ReportFailure['pictures']>();
  if (trials.length === 0) return drawings;
  const needed = info.asked.arms.filter(
    (arm) => arm.agent === undefined && trials.some((trial) => armKey(trial) === armKey(arm)),
  );
  const byModel = 'a model wrote the programs: the episode, with bench --record, shows what they did';
  for (const trial of trials) {
    if (!needed.some((arm) => armKey(arm) === armKey(trial))) drawings.set(trial, byModel);
  }
  const checks = new ProgramChecks();
  let arms: readonly PlannedArm[];
  try {
    arms = planAgain(needed, folder, info.asked, checks);
  } catch (error) {
    const why = `no pictures: ${error instanceof Error ? error.message : error}`;
    tell(why);
    for (const trial of trials) drawings.set(trial, why);
    return drawings;
  }
  const artist = new FailureArtist();
  const progress = new Progress('pictures of failures');
  try {
    for (const [index, trial] of trials.entries()) {
      const arm = arms.find((one) => armKey(one) === armKey(trial));
      if (arm === undefined) continue;
      try {
        drawings.set(trial, await artist.draw(arm, trial));
      } catch (error) {
        drawings.set(trial, `not drawn: ${error instanceof Error ? error.message : error}`);
      }
      progress.update(index + 1, trials.length, '');
    }
  } finally {
    progress.end();
    await artist.close();
    await checks.close();
  }
  return drawings;
}

function sourceLineOf(path: string, line: number | undefined): string | undefined {
  if (line === undefined || !existsSync(path)) return undefined;
  return readFileSync(path, 'utf8').split('\n')[line - 1]?.slice(0, 200);
}

/** The command line that runs one trial again, alone. */
function commandOf(folder: string, { asked }: BenchInfo, trial: TrialRecord, arm: BenchArm | undefined): string {
  const agent = arm?.agent;
  const file = trial.policy === 'expert' || arm === undefined ? trial.policy : join(folder, arm.program);
  const policy =
    agent === undefined
      ? [file]
      : ['model', '--model', agent.model, '--turns', String(agent.turns), ...ensembleWords(agent.ensemble)];
  const task = arm?.taskRef ?? trial.task;
  const rig = asked.rig === null ? [] : ['--rig', asked.rig];
  const change = trial.perturbation === 'none' ? [] : ['--perturb', trial.perturbation];
  const words = [
    'run',
    task,
    '--seed',
    String(trial.seed),
    '--tier',
    trial.tier,
    '--policy',
    ...policy,
    ...change,
    ...rig,
  ];
  words.push('--approve', 'auto');
  return `capstan ${words.map(quoted).join(' ')}`;
}

function ensembleWords(ensemble: EnsembleSettings | undefined): string[] {
  if (ensemble === undefined) return [];
  const { voices } = ensemble;
  const models = [...new Set(voices.map(({ model }) => model))].join(',');
  const temperatures = [...new Set(voices.flatMap(({ temperature }) => temperature ?? []))].join(',');
  const words = ['--ensemble', String(voices.length), '--ensemble-models', models];
  return temperatures === '' ? words : [...words, '--ensemble-temperatures', temperatures];
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
