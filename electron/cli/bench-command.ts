// Owns `capstan bench`: trials over seeds on all cores, one folder per trial, and a row per task with its uncertainty.

import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { INERTIAL_SET } from '../../sim/robots/panda/inertials.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import { type BenchRow, benchRow } from '../../skills/bench/bench-row.ts';
import { runTrials, type TrialWorker } from '../../skills/bench/run-trials.ts';
import type { TrialResult } from '../../skills/bench/trial-result.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { BENCH_CONTRACT } from '../ipc/bench-contract.ts';
import { channelToChild, startEntry } from '../ipc/process-channel.ts';
import { connect, type Params } from '../ipc/rpc.ts';
import { bundledEntry, readRig, readTask, taskNames, userFolder, VERSION } from '../session/installation.ts';
import { makeRecordFolder } from '../session/session.ts';
import { diagnosticLines } from './approval-prompt.ts';
import {
  answer,
  type Command,
  type CommandInput,
  makeFolder,
  oneOf,
  tell,
  UsageError,
  wholeNumber,
} from './command.ts';
import { readProgram } from './program-source.ts';

export const BENCH_COMMAND: Command = {
  name: 'bench',
  usage: '',
  summary: 'runs many trials without previews and reports success rates with their uncertainty',
  options: {
    tasks: { type: 'string', value: 'A,B', help: 'names or files of tasks, separated by commas (default: all)' },
    policy: { type: 'string', value: 'expert|FILE', help: 'the program to run', default: 'expert' },
    tier: { type: 'string', value: 'S1', help: 'which functions the program may call', default: 'S1' },
    seed0: { type: 'string', value: 'N', help: 'first seed', default: '0' },
    trials: { type: 'string', value: 'N', help: 'seeds per task', default: '100' },
    workers: { type: 'string', value: 'N', help: 'worker processes (default: one per core)' },
    out: { type: 'string', value: 'DIR', help: 'folder of the results (default: bench/<time> in CAPSTAN_HOME)' },
    record: { type: 'string', value: 'DIR', help: 'also record an episode of every trial there' },
    rig: { type: 'string', value: 'FILE', help: 'rig file (default: the simulated cell)' },
    json: { type: 'boolean', help: 'print the rows as JSON on stdout; a word after it names a file to write them to' },
  },
  run: async (input) => {
    const tasks = input.text('tasks')?.split(',') ?? taskNames();
    const tier = oneOf('tier', input.text('tier') ?? '', ['S1']);
    const seed0 = wholeNumber('seed0', input.text('seed0') ?? '', 0, Number.MAX_SAFE_INTEGER - 1_000_000);
    const trials = wholeNumber('trials', input.text('trials') ?? '', 1, 1_000_000);
    const workers = wholeNumber('workers', input.text('workers') ?? String(availableParallelism()), 1, 256);
    const jsonFile = jsonTarget(input);
    const out = resolve(
      input.text('out') ?? join(userFolder(), 'bench', new Date().toISOString().replaceAll(':', '-')),
    );
    const recordFolder = input.text('record') === undefined ? null : resolve(input.text('record') ?? '');
    if (recordFolder !== null) makeRecordFolder(recordFolder);
    makeFolder('out', out);
    const seeds = Array.from({ length: trials }, (_, index) => seed0 + index);
    const abort = new AbortController();
    const interrupt = () => {
      tell('Ctrl-C: ending after the trials that run now.');
      abort.abort();
    };
    process.on('SIGINT', interrupt);
    const rows: BenchRow[] = [];
    try {
      // All of them before the first trial: a wrong name should not come up an hour later.
      const configurations: Configuration[] = [];
      for (const name of tasks) configurations.push(await prepare(name, input, tier, recordFolder));
      for (const configuration of configurations) {
        rows.push(await benchTask(configuration, { out, seeds, workers }, abort.signal));
        writeFileSync(join(out, 'results.json'), `${JSON.stringify(rows, null, 2)}\n`);
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      tell(`interrupted: the results of finished trials are in ${out}`);
      return 1;
    } finally {
      process.off('SIGINT', interrupt);
    }
    tell(`results: ${out}`);
    if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(rows, null, 2)}\n`);
    else if (input.flag('json')) answer(rows);
    return rows.every(({ failures }) => failures.crash === undefined) ? 0 : 1;
  },
};

type Configuration = Params<typeof BENCH_CONTRACT, 'configure'> & { readonly task: string };

/** `--json FILE`: the word that stands behind the switch. @throws UsageError for any other word */
function jsonTarget(input: CommandInput): string | undefined {
  const [file, ...more] = input.words;
  if (file === undefined) return undefined;
  if (!input.flag('json') || more.length > 0)
    throw new UsageError(`"${file}" is not expected here; tasks are named with --tasks`);
  return resolve(file);
}

async function prepare(
  name: string,
  input: CommandInput,
  tier: 'S1',
  recordFolder: string | null,
): Promise<Configuration> {
  const taskFile = readTask(name);
  const { task } = taskFile;
  const rig = readRig(input.text('rig'));
  const { source, policy } = readProgram(input.text('policy') ?? '', task.name, tier);
  const checker = createChecker(apiFor({ tier, arms: task.robot.arms }), GUEST_MODULES);
  const checked = await checker.check({ source, blockName: 'block-1', session: { blocks: [] } });
  if (!checked.ok) {
    throw new UsageError(`the program does not pass the check for ${name}:\n${diagnosticLines(checked).join('\n')}`);
  }
  return {
    task: task.name,
    taskText: taskFile.text,
    taskPath: taskFile.path,
    rigText: rig.text,
    rigPath: rig.path,
    tier,
    policy,
    block: { name: 'block-1', source, javascript: checked.javascript, loops: checked.effects.loops },
    recordFolder,
    versions: { capstan: VERSION, task: `${task.name} ${task.version}`, inertials: INERTIAL_SET },
  };
}

async function benchTask(
  { task, ...configuration }: Configuration,
  how: { readonly out: string; readonly seeds: readonly number[]; readonly workers: number },
  signal: AbortSignal,
): Promise<BenchRow> {
  const { tier, policy, block } = configuration;
  const folder = join(how.out, task, `${tier}-${policy === 'expert' ? 'expert' : 'program'}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'program.ts'), block.source);
  const startedMs = performance.now();
  let successes = 0;
  let toldMs = startedMs;
  const results = await runTrials(
    {
      seeds: how.seeds,
      workers: how.workers,
      startWorker: () => startWorker(configuration),
      onResult: (result, done, total) => {
        writeTrial(folder, result);
        if (result.success) successes += 1;
        const nowMs = performance.now();
        if (nowMs - toldMs < 5000) return;
        toldMs = nowMs;
        const leftS = ((nowMs - startedMs) / done) * (total - done) * 0.001;
        tell(`  ${task}: ${done} of ${total}, ${successes} succeeded, about ${leftS.toFixed(0)} s left`);
      },
    },
    signal,
  );
  const row = benchRow({ task, tier, policy }, results, (performance.now() - startedMs) / 1000);
  const failures = Object.entries(row.failures).map(([stage, count]) => `${stage} ${count}`);
  const [low, high] = row.wilson95.map((share) => (100 * share).toFixed(1));
  tell(
    `${task} ${tier}: ${row.successes} of ${row.trials} succeeded (95 %: ${low} to ${high} %), ${row.simSeconds.toFixed(0)} s simulated in ${row.wallSeconds.toFixed(1)} s (${row.realTimeFactor.toFixed(0)}x)${failures.length === 0 ? '' : `; failures: ${failures.join(', ')}`}`,
  );
  for (const { seed, success, stage, message } of results) if (!success) tell(`  seed ${seed} at ${stage}: ${message}`);
  return row;
}

function writeTrial(folder: string, result: TrialResult): void {
  const trial = join(folder, `seed-${String(result.seed).padStart(6, '0')}`);
  mkdirSync(trial, { recursive: true });
  writeFileSync(join(trial, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
}

async function startWorker(configuration: Params<typeof BENCH_CONTRACT, 'configure'>): Promise<TrialWorker> {
  const child = startEntry(bundledEntry('bench-worker.js'));
  const client = connect(BENCH_CONTRACT, channelToChild(child, 'trial worker'), {});
  await client.request('configure', configuration);
  return {
    run: (seed) => client.request('trial', { seed }),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await gone;
    },
  };
}
